"""Merge lists of Kubernetes' objects by the keys that tell their items apart, as a strategic merge of the API does.

A test holds the keys to Kubernetes' schema. Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

# Of a pod's lists, by the field's name: what tells two items apart.
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "resourceClaims": ("name",),
    "schedulingGates": ("name",),
    "imagePullSecrets": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "ports": ("containerPort", "protocol"),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
}
# What the API fills in where a key is left out.
_DEFAULTS: Final = {"protocol": "TCP"}
# As in a strategic merge: `$patch: delete` in an item takes it out; an item `$patch: replace`, all that were there.
PATCH: Final = "$patch"
# Lists whose items have one of several fields, whose fields must not meet in one item.
_UNIONS: Final = frozenset({"volumes"})

Item = Mapping[str, Any]
Merge = Callable[[dict[str, Any], Any], dict[str, Any]]


def merged(name: str, base: Sequence[Any], more: Sequence[Any], merge: Merge) -> list[Any]:
    """Return the items of a keyed list with ``more`` laid over them; ``merge`` lays one map over another."""
    items: dict[Any, Any] = {}
    for index, item in enumerate(base):
        identity = _identity(name, item)
        items[("base", index) if identity is None or identity in items else identity] = item
    for index, item in enumerate(more):
        identity = _identity(name, item)
        action = item.get(PATCH) if isinstance(item, Mapping) else None
        if action == "replace" and identity is None:
            items.clear()
        elif action == "delete":
            items.pop(identity, None)
        elif action == "replace" or identity not in items or identity is None:
            items[identity or ("more", index)] = without_patch(item)
        else:
            items[identity] = _over(name, items[identity], item, merge)
    return list(items.values())


def without_patch(item: Any) -> Any:
    """Return an item without what says how it is merged."""
    return {key: value for key, value in item.items() if key != PATCH} if isinstance(item, Mapping) else item


def _over(name: str, base: dict[str, Any], item: Item, merge: Merge) -> dict[str, Any]:
    own = item.keys() - {"name"}
    return dict(item) if name in _UNIONS and own and not own & base.keys() else merge(base, item)


def _identity(name: str, item: Any) -> tuple[Any, ...] | None:
    """Return what tells an item apart, or ``None`` where it has no key."""
    if not isinstance(item, Mapping):
        return None
    found = tuple(_plain(item.get(key) or _DEFAULTS.get(key)) for key in KEYS[name])
    return None if None in found else found


def _plain(value: Any) -> Any:
    """Return a path without the slash at its end, which is the same folder."""
    return value.rstrip("/") or value if isinstance(value, str) else value


def same(name: str, one: Any, other: Any) -> bool:
    """Tell whether two items of a keyed list are one."""
    identity = _identity(name, one)
    return identity is not None and identity == _identity(name, other)
