"""``import``: add an app to generator.yaml from a Score file."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "import a Score file as an app of generator.yaml"
EXAMPLE: Final = """\
  python -m generator import score.yaml
  python -m generator import src/web/score.yaml --set source=src/web --set 'secrets: {PASSWORD: shop/db#password}'

The command reads the file once; from then on, generator.yaml alone describes the app. It reports each field that
generator.yaml cannot express, with its line and what to write instead."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("path", metavar="FILE", help="the Score file (score.dev/v1b1)")
    parser.add_argument("--app", default="", metavar="NAME", help="the app's name; the one in the file if left out")
    shared.fields(parser, "the app")
    shared.regenerating(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import importing as output

    request = generator.ImportRequest(
        options.path, options.directory, options.app, shared.given_fields(options.fields), options.generate
    )
    result = generator.import_score(request, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    return 0
