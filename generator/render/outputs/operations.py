"""JSON Patch (RFC 6902): the operations that turn one manifest into another, by place and not by merge key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Operation = dict[str, Any]


def operations(base: Mapping[str, Any], wanted: Mapping[str, Any], path: str = "") -> Iterator[Operation]:
    """Yield what to do to ``base``, which is at ``path``, so that it becomes ``wanted``."""
    for name in base:
        if name not in wanted:
            yield {"op": "remove", "path": f"{path}/{_escaped(name)}"}
    for name, value in wanted.items():
        place = f"{path}/{_escaped(name)}"
        if name not in base:
            yield {"op": "add", "path": place, "value": value}
        elif base[name] != value:
            yield from _change(base[name], value, place)


def _change(base: Any, wanted: Any, path: str) -> Iterator[Operation]:
    """Go down to what differs: in a map, and in items that have kept their names and order."""
    if isinstance(base, Mapping) and isinstance(wanted, Mapping):
        yield from operations(base, wanted, path)
    elif isinstance(base, list) and isinstance(wanted, list) and _names(base) and _names(base) == _names(wanted):
        for index, (before, after) in enumerate(zip(base, wanted, strict=True)):
            yield from operations(before, after, f"{path}/{index}")
    else:
        yield {"op": "replace", "path": path, "value": wanted}


def _names(items: list[Any]) -> list[Any]:
    """Return the names of all items; nothing where they do not tell the items apart."""
    names = [item.get("name") if isinstance(item, Mapping) else None for item in items]
    return [] if None in names or len({*names}) < len(names) else names


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
