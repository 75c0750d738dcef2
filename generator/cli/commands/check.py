"""``check``: tell whether the repository is what the spec says."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = (
    "check that regenerating would change nothing (exit 1: it would; 4: conflicts), and list who wrote each file"
)
EXAMPLE: Final = """\
  python -m generator check
  python -m generator check --output json | jq '.files[] | select(.state == "edited")'"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--all", action="store_true", help="also list generated files without edits")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import check as output

    result = generator.check(generator.CheckRequest(options.directory), credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result, everything=options.all)
    return result.conflicts.exit_code if result.conflicts else int(result.drift or bool(result.idle))
