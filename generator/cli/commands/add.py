"""``add``: a new app or environment in generator.yaml."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import options as shared

HELP: Final = "add an app or an environment to generator.yaml, comments and all"
EXAMPLE: Final = """\
  python -m generator add app api --set port=8080 --set health=/healthz
  python -m generator add app worker --set image=shop/api --set 'command: [python, -m, worker]'
  python -m generator add app search --file apps/search.yaml
  python -m generator add environment qa --after dev --generate

An app's image is PROJECT/NAME unless it is set. FIELD is one of those in `explain apps`, VALUE is as in
generator.yaml. Without --generate, the spec alone is written, and what regenerating would do is shown."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("kind", choices=("app", "environment"), help="what to add")
    parser.add_argument("name", metavar="NAME", help="its name: lower-case letters, digits and hyphens")
    shared.fields(parser, "it")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--after", metavar="NAME", help="behind this one; environments are promoted in their order")
    place.add_argument("--before", metavar="NAME", help="in front of this one")
    parser.add_argument("--file", metavar="FILE", help="the file of apps that it goes into, which is made and included")
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
