"""``changed``: the apps and sites that CI has to build."""

from __future__ import annotations

import argparse
import os
from typing import Final

from generator.cli import console

HELP: Final = "print the apps, or the sites, whose source a push has changed, for CI to build"
EXAMPLE: Final = """\
  python -m generator changed                      in CI: since the commit before the push
  python -m generator changed --since HEAD~3
  python -m generator changed --sites              the static front ends

Without a commit to compare with, or if a user has started the build, all apps that have their
source here; none for a commit that only releases: a build's own commit must not start a build.
Where CodePipeline hands over files without git, the repository is asked for the commit's message."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--sites", action="store_true", help="print the static front ends, and not the apps")
    parser.add_argument("--since", metavar="COMMIT", help="compare with this commit, and not with what CI tells")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    request = generator.ChangedRequest(options.directory, options.since, os.environ)
    result = generator.changed(request, credentials=options.credentials)
    if options.json:
        console.emit({"apps": list(result.apps), "sites": list(result.sites), "since": result.since})
    elif names := result.sites if options.sites else result.apps:
        console.say(" ".join(names))
    return 0
