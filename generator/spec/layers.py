"""Collect the values of a workload in an environment from all places in the spec, with their paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from generator.spec.override import overridden
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Path as FieldPath


class Layer(NamedTuple):
    """The values at one place of the spec."""

    path: FieldPath
    said: dict[str, object]


def of(path: FieldPath, app: Mapping[str, object], environment: str, key: str, fields: Iterable[str]) -> list[Layer]:
    """Return the values of some fields at each place, in the order in which later ones take precedence.

    Without a ``key``, these are the values for all workloads. The data may still have faults.
    """
    places = [
        (path, dict(app)),
        ((*path, "environments", environment), _map(_map(app.get("environments")).get(environment))),
    ]
    if key:
        places += [((*at, "workloads", key), _map(_map(one.get("workloads")).get(key))) for at, one in places]
    return [Layer(at, {field: one[field] for field in fields if field in one}) for at, one in places]


def whole(layers: Iterable[Layer]) -> dict[str, object]:
    """Return the values that take effect, merged from all layers."""
    found: dict[str, object] = {}
    for layer in layers:
        found = overridden(found, layer.said)
    return found


def said_at(layers: list[Layer], inner: FieldPath) -> FieldPath:
    """Return the path of the last layer that has the value ``inner``. Lists replace each other, so an index stays."""
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
