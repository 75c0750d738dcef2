"""``schema``: print the JSON Schema of generator.yaml."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "print the JSON Schema of generator.yaml, for editors"
EXAMPLE: Final = """\
  python -m generator schema > generator.schema.json
  # first line of generator.yaml:
  # yaml-language-server: $schema=generator.schema.json
  python -m generator schema --included > apps.schema.json   # refers to generator.schema.json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--included", action="store_true", help="print the schema of files that generator.yaml includes"
    )


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    console.emit(generator.schema(included=options.included))
    return 0
