"""Lay together what is said of a workload in an environment, and tell where each part of it is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from generator.spec.findings import Path as FieldPath
from generator.spec.override import overridden
from generator.spec.types import as_map as _map


class Layer(NamedTuple):
    """What is said at one place."""

    path: FieldPath
    said: dict[str, object]


def of(path: FieldPath, app: Mapping[str, object], environment: str, key: str, fields: Iterable[str]) -> list[Layer]:
    """Return what is said of some fields at each place; what comes later counts. Without a ``key``, of all workloads.

    Faults may still be in it.
    """
    places = [
        (path, dict(app)),
        ((*path, "environments", environment), _map(_map(app.get("environments")).get(environment))),
    ]
    if key:
        places += [((*at, "workloads", key), _map(_map(one.get("workloads")).get(key))) for at, one in places]
    return [Layer(at, {field: one[field] for field in fields if field in one}) for at, one in places]


def whole(layers: Iterable[Layer]) -> dict[str, object]:
    """Return what counts."""
    found: dict[str, object] = {}
    for layer in layers:
        found = overridden(found, layer.said)
    return found


def said_at(layers: list[Layer], inner: FieldPath) -> FieldPath:
    """Return where something is said last. A list is said as a whole, so that its index is the one there."""
    for layer in reversed(layers):
        found: object = layer.said
        for part in inner:
            found = _item(found, part)
        if found is not None:
            return (*layer.path, *inner)
    return (*layers[0].path, *inner)


def _item(value: object, part: str | int) -> object:
    if isinstance(part, str):
        return _map(value).get(part)
    return value[part] if isinstance(value, list) and part < len(value) else None
