"""``rename``: a new name for an app or environment."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import options as shared

HELP: Final = "rename an app or an environment in generator.yaml; hand edits and tags follow it"
EXAMPLE: Final = """\
  python -m generator rename app web shop
  python -m generator rename environment prod live --generate

The spec gets the new name wherever it has the old one, and `renamedFrom: OLD` under it, by which the
files are found. In the cluster the objects start anew; what stays under the old name is listed.
Without --generate, the spec alone is written, and what regenerating would do is shown."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("kind", choices=("app", "environment"), help="what to rename")
    parser.add_argument("old", metavar="OLD", help="its name now")
    parser.add_argument("new", metavar="NEW", help="its new name")
    shared.regenerating(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import edit as output

    request = generator.RenameRequest(
        options.old, options.new, options.directory, options.kind, generate=options.generate
    )
    return output.told(generator.rename(request, credentials=options.credentials), as_json=options.json)
