"""Which item of a list is which: by Kubernetes' merge keys, or by another name that it goes by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from generator.merge.tree import Scalar, Value

# Lists whose order means something, and in which an item may stand twice.
SEQUENCES: Final = frozenset({"command", "args", "commands", "finally", "entrypoint"})
# What names an object in a list, the surest first. All items must have it, and no two the same.
NAMES: Final = (
    "name",
    "mountPath",
    "devicePath",
    "containerPort",
    "port",
    "path",
    "host",
    "ip",
    "key",
    "secretKey",
    "topologyKey",
    "secretRef",
    "configMapRef",
    "type",
)

Key = tuple[object, ...]


def keys(name: str, *lists: Sequence[Value]) -> list[list[Key]]:
    """A key for each item of each list, by one rule for all of them; ``name`` is the field that holds the list."""
    if name in SEQUENCES:
        return [_numbered(_frozen(item) for item in items) for items in lists]
    everything = [item for items in lists for item in items]
    if everything and all(isinstance(item, dict) for item in everything):
        for field in NAMES:
            found = [[_named(item, field) for item in items] for items in lists]
            if all(None not in row and len(set(row)) == len(row) for row in found):
                return [[key for key in row if key is not None] for row in found]
        identified = [[_object(item) for item in items] for items in lists]
        if all(None not in row and len(set(row)) == len(row) for row in identified):
            return [[key for key in row if key is not None] for row in identified]
    if everything and all(isinstance(item, Scalar) and _assigned(item) for item in everything):
        assigned = [[("=", item.text.partition("=")[0]) for item in items if isinstance(item, Scalar)] for items in lists]
        if all(len(set(row)) == len(row) for row in assigned):
            return [list(row) for row in assigned]
    return [_numbered(_frozen(item) for item in items) for items in lists]


def document(value: Value) -> Key:
    """What identifies one of several documents in a file."""
    if isinstance(value, dict):
        return _object(value) or ("document",)
    return ("document",)


def _assigned(item: Scalar) -> bool:
    """``KEY=value``, as in a ConfigMap's literals and in sync options."""
    return "=" in item.text.strip("=")


def _named(item: Value, field: str) -> Key | None:
    value = item.get(field) if isinstance(item, dict) else None
    return None if value is None else (field, _frozen(value))


def _object(item: Value) -> Key | None:
    """Kind, namespace and name of a Kubernetes object, or group and kind of a reference to some."""
    if not isinstance(item, dict) or "kind" not in item:
        return None
    metadata = item.get("metadata")
    about = metadata if isinstance(metadata, dict) else item
    parts = (item.get("group"), item["kind"], about.get("namespace"), about.get("name"))
    return ("object", *(_frozen(part) for part in parts if part is not None))


def _numbered(items: Iterable[object]) -> list[Key]:
    """The items themselves, told apart by how often they came before."""
    seen: Counter[object] = Counter()
    result: list[Key] = []
    for item in items:
        result.append((item, seen[item]))
        seen[item] += 1
    return result


def _frozen(value: Value) -> object:
    if isinstance(value, Scalar):
        return value
    if isinstance(value, dict):
        return frozenset((key, _frozen(item)) for key, item in value.items())
    return tuple(_frozen(item) for item in value)
