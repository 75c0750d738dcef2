"""Print where each field of a file comes from, or what a field of generator.yaml means."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

from generator.cli import console

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator import ExplainResult

_WIDEST_VALUE: Final = 48
_WIDTH: Final = 80


def record(result: ExplainResult) -> dict[str, object]:
    """Return the JSON document."""
    from dataclasses import asdict

    return {"path": result.path, "fields": [asdict(origin) for origin in result.fields]}


def show(result: ExplainResult) -> None:
    """Print a row for each field."""
    console.table(
        ("line", "field", "value", "by", "where"),
        [(str(origin.line), origin.field, _cut(origin.value), origin.by, origin.where) for origin in result.fields],
    )


def show_field(known: Mapping[str, Any]) -> None:
    """Print what a field of generator.yaml means, with an example and the fields below it."""
    console.say(f"{console.paint(known['field'], 'bold')}\n{textwrap.fill(known['about'], _WIDTH)}\n")
    facts = {"type": known["type"], "default": known["default"], "of kind": ", ".join(known["kinds"])}
    facts["effect"] = known["effect"]
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


def _cut(value: str) -> str:
    return value if len(value) <= _WIDEST_VALUE else f"{value[: _WIDEST_VALUE - 1]}…"
