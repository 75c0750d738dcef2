"""JSON Patch (RFC 6902): operations that convert a manifest to another one; they use paths instead of merge keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Operation = dict[str, Any]


def operations(base: Mapping[str, Any], wanted: Mapping[str, Any], path: str = "") -> Iterator[Operation]:
    """Yield the operations that convert ``base``, at ``path``, to ``wanted``."""
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
    """Yield the operations for one value. They go into maps, and into lists whose items kept their names and order."""
    if isinstance(base, Mapping) and isinstance(wanted, Mapping):
        yield from operations(base, wanted, path)
    elif isinstance(base, list) and isinstance(wanted, list) and _names(base) and _names(base) == _names(wanted):
        for index, (before, after) in enumerate(zip(base, wanted, strict=True)):
            yield from operations(before, after, f"{path}/{index}")
    else:
        yield {"op": "replace", "path": path, "value": wanted}


def _names(items: list[Any]) -> list[Any]:
    """Return the names of all items; empty if they are not unique."""
    names = [item.get("name") if isinstance(item, Mapping) else None for item in items]
    return [] if None in names or len({*names}) < len(names) else names


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
