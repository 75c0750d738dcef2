"""``rename``: rename an app or an environment."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import options as shared

HELP: Final = "rename an app or an environment in generator.yaml; its hand edits and tags are kept"
EXAMPLE: Final = """\
  python -m generator rename app web shop
  python -m generator rename environment prod live --generate

The command replaces the old name everywhere in generator.yaml, and adds `renamedFrom: OLD`, so that `generate`
finds the old files. The cluster gets new objects; the command lists the objects that stay under the old name.
Without --generate, it writes generator.yaml only, and shows what `generate` would do."""


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
