"""``changed``: list the apps or sites that CI has to build."""

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

If there is no commit to compare with, or if a user started the build, it prints all apps that have
their source here. For a commit that only releases images it prints none, because the commit of a
build must not start another build. If CodePipeline passes files without git, the command asks the
remote repository for the commit's message."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--sites", action="store_true", help="print the static front ends instead of the apps")
    parser.add_argument("--since", metavar="COMMIT", help="compare with this commit instead of the one that CI names")


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
