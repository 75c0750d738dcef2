"""Merge lists in Kubernetes objects by the keys of their items, like a strategic merge in the API.

A test compares the keys with Kubernetes' schema. Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

# The keys that identify an item, by the name of the list's field in a pod.
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
# The API's defaults for keys.
_DEFAULTS: Final = {"protocol": "TCP"}
# As in a strategic merge: `$patch: delete` in an item removes it; an item `$patch: replace` removes all former items.
PATCH: Final = "$patch"
# Lists whose items have exactly one of several fields.
_UNIONS: Final = frozenset({"volumes"})

Item = Mapping[str, Any]
Merge = Callable[[dict[str, Any], Any], dict[str, Any]]


def merged(name: str, base: Sequence[Any], more: Sequence[Any], merge: Merge) -> list[Any]:
    """Return the items of a keyed list with ``more`` merged over them; ``merge`` merges two items."""
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
    """Return an item without its ``$patch``."""
    return {key: value for key, value in item.items() if key != PATCH} if isinstance(item, Mapping) else item


def _over(name: str, base: dict[str, Any], item: Item, merge: Merge) -> dict[str, Any]:
    own = item.keys() - {"name"}
    return dict(item) if name in _UNIONS and own and not own & base.keys() else merge(base, item)


def _identity(name: str, item: Any) -> tuple[Any, ...] | None:
    """Return the values of an item's keys; ``None`` if it has no key."""
    if not isinstance(item, Mapping):
        return None
    found = tuple(_plain(item.get(key) or _DEFAULTS.get(key)) for key in KEYS[name])
    return None if None in found else found


def _plain(value: Any) -> Any:
    """Return a path without a slash at its end; other values unchanged."""
    return value.rstrip("/") or value if isinstance(value, str) else value


def same(name: str, one: Any, other: Any) -> bool:
    """Tell whether two items of a keyed list have the same key."""
    identity = _identity(name, one)
    return identity is not None and identity == _identity(name, other)
