"""Read plain data of the spec, which may still have faults: maps, texts, and the words of commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

Data = Mapping[str, Any]


def as_map(value: object) -> dict[str, object]:
    """Return the value if it is a map, else an empty map, because another check reports the fault."""
    return value if isinstance(value, dict) else {}


def without_nulls(data: Data) -> dict[str, Any]:
    """Return a map without the fields that are ``None``."""
    return {name: value for name, value in data.items() if value is not None}


def text(value: object) -> str:
    """Return the text of a scalar: numbers as they are written, booleans as ``true`` and ``false``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def words(values: Sequence[object] | None) -> tuple[str, ...]:
    """Return the words of a command as text."""
    return tuple(text(value) for value in values or ())


def named_texts(items: object) -> list[dict[str, object]]:
    """Return items with ``name`` and ``value``, with the value converted to text."""
    return [{**item, "value": text(item["value"])} for item in cast("list[Data]", items)]
