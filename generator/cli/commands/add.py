"""``add``: a new app or environment in generator.yaml."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

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
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", dest="fields", help="say a field of it"
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--after", metavar="NAME", help="behind this one; environments are promoted in their order")
    place.add_argument("--before", metavar="NAME", help="in front of this one")
    parser.add_argument("--file", metavar="FILE", help="the file of apps that it goes into, which is made and included")
    parser.add_argument("--generate", action="store_true", help="regenerate the repository along with it")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import edit as output

    request = generator.AddRequest(
        options.name, options.directory, options.kind, fields(options.fields),
        before=options.before, after=options.after, generate=options.generate, file=options.file,
    )  # fmt: skip
    result = generator.add(request, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    return 0


def fields(words: list[str]) -> dict[str, str]:
    """Read ``FIELD=VALUE`` words, or ``FIELD: VALUE`` as in the spec."""
    from generator.errors import UsageError

    found: dict[str, str] = {}
    for word in words:
        at = min((place for mark in ("=", ":") if (place := word.find(mark)) > 0), default=0)
        if not at:
            raise UsageError(f"--set {word}: no value", "write --set FIELD=VALUE, like --set port=8080")
        found[word[:at].strip()] = word[at + 1 :].strip()
    return found
