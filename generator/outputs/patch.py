"""The strategic-merge patch that turns one manifest into another.

Overlays are found by comparing what an app is in general with what it is in
one environment; so every field of the spec can be overridden, and no field
needs code of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# Kubernetes' own merge keys, by the name of the list.
MERGE_KEYS: Final = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "env": "name",
    "volumes": "name",
    "imagePullSecrets": "name",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "hostAliases": "ip",
    "resourceClaims": "name",
    "schedulingGates": "name",
}
# Lists that kustomize merges by a key that is not unique (a port's number, a topology's key): stated as a whole.
WHOLE: Final = frozenset({"ports", "topologySpreadConstraints"})
_REPLACE: Final = {"$patch": "replace"}
_IDENTITY: Final = ("apiVersion", "kind", "metadata")


def patch(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any] | None:
    """A patch for ``base`` that gives ``wanted``, naming its target; ``None`` if they are equal."""
    changes = _maps(base, wanted)
    if not changes:
        return None
    target = {"apiVersion": base["apiVersion"], "kind": base["kind"], "metadata": {"name": base["metadata"]["name"]}}
    target["metadata"].update(changes.pop("metadata", {}))
    return {**target, **changes}


def deletion(base: Mapping[str, Any]) -> dict[str, Any]:
    """A patch that takes the object out."""
    return {
        "$patch": "delete",
        "apiVersion": base["apiVersion"],
        "kind": base["kind"],
        "metadata": {"name": base["metadata"]["name"]},
    }


def _maps(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, value in wanted.items():
        if name not in base:
            changes[name] = value
        elif base[name] != value:
            changes[name] = _value(name, base[name], value)
    for name in base:
        if name not in wanted:
            changes[name] = None
    return changes


def _value(name: str, base: Any, wanted: Any) -> Any:
    if isinstance(base, Mapping) and isinstance(wanted, Mapping):
        return _maps(base, wanted) if not _is_union(base, wanted) else {**_REPLACE, **wanted}
    if isinstance(base, list) and isinstance(wanted, list):
        key = MERGE_KEYS.get(name)
        if key and _has_unique(base, key) and _has_unique(wanted, key):
            return _keyed_lists(base, wanted, key)
        if key or name in WHOLE:
            return [_REPLACE, *wanted]
    return wanted


def _is_union(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Maps of which only one member may be set (a probe's action, a volume's source) must not be merged."""
    return bool(base) and bool(wanted) and not set(base) & set(wanted) and len(base) == 1


def _has_unique(items: list[Any], key: str) -> bool:
    names = [item.get(key) for item in items if isinstance(item, Mapping)]
    return len({*names}) == len(items) and None not in names


def _keyed_lists(base: list[Any], wanted: list[Any], key: str) -> list[Any]:
    """Only the items that differ; gone ones are deleted by key.

    kustomize puts the patch's items first, in their order; where that is not
    the wanted order, the others are named as well.
    """
    before = {item[key]: item for item in base}
    after = {item[key]: item for item in wanted}
    changes: dict[Any, Any] = {}
    for name, item in after.items():
        if name not in before:
            changes[name] = item
        elif before[name] != item:
            changes[name] = {key: name, **_maps(before[name], item)}
    if [*changes, *(name for name in before if name in after and name not in changes)] != list(after):
        changes = {name: changes.get(name, {key: name}) for name in after}
    return [*changes.values(), *({"$patch": "delete", key: name} for name in before if name not in after)]
