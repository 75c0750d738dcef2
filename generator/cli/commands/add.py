"""``add``: a new app or environment in generator.yaml."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import options as shared

HELP: Final = "add an app or an environment to generator.yaml, and keep its comments"
EXAMPLE: Final = """\
  python -m generator add app api --set image=shop/web --set port=8080
  python -m generator add app worker --set 'command: [python, -m, worker]'
  python -m generator add app search --file apps/search.yaml
  python -m generator add environment qa --after dev --generate

An app's image is PROJECT/NAME unless you set it. `explain apps` lists the FIELDs; VALUE is as in generator.yaml.
Without --generate, the command writes generator.yaml only, and shows what `generate` would do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("kind", choices=("app", "environment"), help="what to add")
    parser.add_argument("name", metavar="NAME", help="its name: lower-case letters, digits and hyphens")
    shared.fields(parser, "it")
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--after", metavar="NAME", help="insert it after this environment; promotions follow the order of environments"
    )
    place.add_argument("--before", metavar="NAME", help="insert it before this environment")
    parser.add_argument(
        "--file",
        metavar="FILE",
        help="write the app into this file; the command makes the file and includes it if need be",
    )
    shared.regenerating(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import edit as output

    request = generator.AddRequest(
        options.name, options.directory, options.kind, shared.given_fields(options.fields),
        before=options.before, after=options.after, generate=options.generate, file=options.file,
    )  # fmt: skip
    return output.told(generator.add(request, credentials=options.credentials), as_json=options.json)
