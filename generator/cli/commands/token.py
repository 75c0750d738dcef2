"""``token``: print a token of a GitHub App, so that CI can push with it."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "print a token of a GitHub App for this repository, so that CI can push with it"
EXAMPLE: Final = """\
  GIT_USERNAME=x-access-token GIT_TOKEN=$(python -m generator token) && export GIT_USERNAME GIT_TOKEN

GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY in the environment name the App. The token is valid for an hour
and for the content of this repository only; with ci: {pullRequest: true} also for its pull requests."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--api", metavar="URL", help="GitHub's address, if the repository's URL does not contain it")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    request = generator.TokenRequest(options.directory, options.api)
    granted = generator.token(request, credentials=options.credentials)
    if options.json:
        console.emit({"username": "x-access-token", "token": granted})
    else:
        console.say(granted)
    return 0
