"""Write paths of fields for messages, such as ``spec.template.spec.containers[web].image``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from generator.regenerate.merge import list_keys
from generator.regenerate.merge.values import shown
from generator.yaml.list_names import NAMES
from generator.yaml.tree import Scalar, Value

_LONGEST: Final = 80


class Item(NamedTuple):
    """An item of a list. Its name is computed only for messages, because that needs the whole list."""

    field: str
    place: int
    items: Sequence[Value]


def labels(field: str, items: Sequence[Value]) -> list[str]:
    """Return a label in brackets for each item of a list: its name, or its content if it has none."""
    (keys,) = list_keys.keys(field, items)
    return [f"[{_label(key, item)}]" for key, item in zip(keys, items, strict=True)]


def written(path: Iterable[str | Item]) -> str:
    """Return the path on one line; ``.`` for a whole document."""
    parts = (part if isinstance(part, str) else labels(part.field, part.items)[part.place] for part in path)
    cut = (part if len(part) <= _LONGEST else f"{part[: _LONGEST - 2]}…]" for part in parts)
    return ".".join(cut).replace(".[", "[") or "."


def _label(key: list_keys.Key, item: Value) -> str:
    named = key[0] == "object" or (key[0] in NAMES and isinstance(key[1], Scalar))
    # The item has no name, so its content is the label; for a route's path, that is a map.
    if not isinstance(item, Scalar) and not named:
        return str(shown(item))
    words = [part.text if isinstance(part, Scalar) else str(part) for part in key]
    return words[1] if words[0] in (*NAMES, "=") else "/".join(words[1:]) if words[0] == "object" else words[0]
