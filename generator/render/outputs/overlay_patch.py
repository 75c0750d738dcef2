"""Make a patch that converts one manifest to another.

Overlays come from a comparison of an app's base with the app in an
environment. So an environment can override all fields of the spec, and no
field needs its own code.

The patch is a strategic-merge patch, because users can read it easily. If
kustomize would lose an item by it, because two items of a list have the same
merge key, the patch is a list of JSON Patch operations (RFC 6902).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.render.outputs.operations import Operation, operations

# The lists that kustomize merges item by item, with their keys.
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
}
# Lists that kustomize merges by two keys if all items have both, and otherwise by the first. Patches contain the whole
# list. A container's port has the first of the three keys, a Service's port has the second.
WHOLE: Final = {
    "ports": ("containerPort", "port", "protocol"),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
}
_REPLACE: Final = {"$patch": "replace"}


def patch(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any] | list[Operation] | None:
    """Return a patch that converts ``base`` to ``wanted``; None if they are equal.

    A strategic-merge patch contains the name of its target; operations do not.
    """
    if base == wanted:  # This is the usual case, and faster to find than the losses of a merge.
        return None
    if _loses_items(base) or _loses_items(wanted):
        return list(operations(base, wanted)) or None
    changes = _maps(base, wanted)
    if not changes:
        return None
    target = {"apiVersion": base["apiVersion"], "kind": base["kind"], "metadata": {"name": base["metadata"]["name"]}}
    target["metadata"].update(changes.pop("metadata", {}))
    return {**target, **changes}


def _loses_items(value: Mapping[str, Any]) -> bool:
    """Tell whether any strategic merge of kustomize would lose items of the value, even without a change of them."""
    maps = [inner for inner in value.values() if isinstance(inner, Mapping)]
    for name, items in value.items():
        if isinstance(items, list) and (name in MERGE_KEYS or name in WHOLE):
            if not _told_apart(name, items):
                return True
            maps += items
    return any(map(_loses_items, maps))


def _told_apart(name: str, items: list[Any]) -> bool:
    """Tell whether kustomize can distinguish all items. It uses a second key only if all items have it."""
    if name in MERGE_KEYS:
        return _has_unique(items, MERGE_KEYS[name])
    *first, second = WHOLE[name]
    key = next((key for key in first if items and key in items[0]), first[0])
    return _has_unique(items, key) or _has_unique([_pair(item, key, second) for item in items], "pair")


def _pair(item: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {"pair": tuple(item[key] for key in keys)} if all(key in item for key in keys) else {}


def deletion(base: Mapping[str, Any]) -> dict[str, Any]:
    """Return a patch that removes the object."""
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
        if name in MERGE_KEYS:
            return _keyed_lists(base, wanted, MERGE_KEYS[name])
        if name in WHOLE:
            return [_REPLACE, *wanted]
    return wanted


def _is_union(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether these are maps with only one field set, such as a probe's action or a volume's source.

    Such maps must be replaced instead of merged.
    """
    return bool(base) and bool(wanted) and not set(base) & set(wanted) and len(base) == 1


def _has_unique(items: list[Any], key: str) -> bool:
    names = [item.get(key) for item in items if isinstance(item, Mapping)]
    return len({*names}) == len(items) and None not in names


def _keyed_lists(base: list[Any], wanted: list[Any], key: str) -> list[Any]:
    """Return the items that differ. Items that are gone get ``$patch: delete``.

    kustomize puts the items of the patch first. If that gives a wrong order,
    the patch also names the other items.
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
