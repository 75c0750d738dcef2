"""``explain``: who wrote each field of a file, and what a field of generator.yaml means."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING, Any, Final

from generator.cli import console

if TYPE_CHECKING:
    from collections.abc import Mapping

HELP: Final = "of a generated file, who wrote each field; of a field of generator.yaml, what it means"
EXAMPLE: Final = """\
  python -m generator explain overlays/prod/web/kustomization.yaml
  python -m generator explain base/web/deployment.yaml --output json
  python -m generator explain apps.web.health
  python -m generator explain apps.web              lists the fields of an app

For every field of a file: the line of the spec, the build, or the person and the commit. For a field of
generator.yaml: its type, its default, an example, and the field of Kubernetes that it becomes; that works anywhere."""
_WIDEST_VALUE: Final = 48
_WIDTH: Final = 80


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "path",
        metavar="PATH",
        help="a generated YAML file, relative to the repository, or a field of generator.yaml, like apps.web.health",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    if not (options.directory / options.path).exists():
        known = generator.explain_field(options.path)
        if known is not None:
            return _field(known, json=options.json)
    return _file(options)


def _field(known: Mapping[str, Any], *, json: bool) -> int:
    if json:
        console.emit(known)
        return 0
    console.say(f"{console.paint(known['field'], 'bold')}\n{known['about']}\n")
    facts = {"type": known["type"], "default": known["default"], "effect": known["effect"]}
    facts["Kubernetes"] = "\n            ".join(known["kubernetes"])
    for name, text in facts.items():
        if text:
            console.say(f"{name + ':':<11} {text.replace('`', '')}")
    console.say(f"\nexample:\n{textwrap.indent(known['example'], '  ').rstrip()}")
    if known["fields"]:
        console.say("\nfields:")
        width = max(len(item["field"]) for item in known["fields"])
        for item in known["fields"]:
            about = item["about"].partition(". ")[0].rstrip(".").replace("`", "")
            console.say(f"  {item['field']:<{width}}  {textwrap.shorten(about, _WIDTH - width - 4, placeholder='…')}")
    return 0


def _file(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    import generator

    request = generator.ExplainRequest(options.path, options.directory)
    origins = generator.explain(request, credentials=options.credentials).fields
    if options.json:
        console.emit({"path": options.path, "fields": [asdict(origin) for origin in origins]})
        return 0
    console.table(
        ("line", "field", "value", "by", "where"),
        [(str(origin.line), origin.field, _cut(origin.value), origin.by, origin.where) for origin in origins],
    )
    return 0


def _cut(value: str) -> str:
    return value if len(value) <= _WIDEST_VALUE else f"{value[: _WIDEST_VALUE - 1]}…"
