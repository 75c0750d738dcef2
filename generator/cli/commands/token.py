"""``token``: what a GitHub App pushes with, for CI."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "print a GitHub App's token for this repository, for CI to push with"
EXAMPLE: Final = """\
  GIT_USERNAME=x-access-token GIT_TOKEN=$(python -m generator token) && export GIT_USERNAME GIT_TOKEN

The App comes from GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY in the environment. The token is good for
an hour, for this one repository's content; and for its pull requests with ci: {pullRequest: true}."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--api", metavar="URL", help="GitHub's address, where the repository's URL does not lead to it")


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
