"""Merge an override over general data: maps merge, lists in Kubernetes' shape merge by their keys."""

from __future__ import annotations

from typing import Any, Final

from generator.spec import merge_keys, pod_words
from generator.spec.plain_data import Data, without_nulls

# Groups of fields that exclude each other: if an override sets one, the others are removed.
_RIVALS: Final = {
    name: group
    for group in (
        ("replicas", "autoscale", "keda"),
        ("port", "ports"),
        ("host", "hosts"),
        ("path", "paths"),
        ("value", "valueFrom"),
        ("httpGet", "tcpSocket", "exec", "grpc"),
        ("minAvailable", "maxUnavailable"),
        ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"),
    )
    for name in group
}
# Fields in Kubernetes' own shape; lists in them merge by key.
PASS_THROUGH: Final = frozenset({"pod", "container"})
# Fields that are merged over rendered output or a chart's values; `null` in them removes a value there.
_LAID_OVER_DEFAULTS: Final = PASS_THROUGH | {
    "lifecycle", "securityContext", "podSecurityContext", "values", "manifests", "patches", "replacements",
}  # fmt: skip
# The field that keeps a port out of a Service.
_SAID_BY_NULL: Final = frozenset({"servicePort"})
# Lists with Kubernetes' names that merge by key in all places.
_KEYED: Final = merge_keys.KEYS.keys() & (pod_words.POD | pod_words.CONTAINER)
_SOURCES: Final = frozenset(pod_words.SOURCES)


def rivals(name: str) -> tuple[str, ...]:
    """Return the group of fields that exclude each other and that contains ``name``."""
    return _RIVALS.get(name, (name,))


def without_nulls_inside(value: Any) -> Any:
    """Return a value without fields that are ``None``, except where ``None`` removes a value from something else."""
    if isinstance(value, dict):
        return {
            name: item if name in _LAID_OVER_DEFAULTS else without_nulls_inside(item)
            for name, item in value.items()
            if item is not None or name in _SAID_BY_NULL
        }
    return [without_nulls_inside(item) for item in value] if isinstance(value, list) else value


def settled(merged: dict[str, Any], override: Data) -> dict[str, Any]:
    """Return a merged map without those nulls of the override that removed nothing."""
    brought = {name: merged[name] for name in override if name in merged}
    return {**merged, **without_nulls_inside(brought)}


def overridden(base: Data, override: Data, *, keep_nulls: bool = False) -> dict[str, Any]:
    """Merge ``override`` over ``base``: maps merge, other values are replaced, ``None`` removes a value.

    With ``keep_nulls``, ``None`` stays in the result, so that the result can be merged over something else.
    """
    result = dict(base)
    for name, value in override.items():
        if value is not None:
            for rival in _RIVALS.get(name, ()):
                if rival != name and rival not in override:
                    result.pop(rival, None)
        if value is None and not keep_nulls:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            laid = _LAID.get(name, overridden)
            result[name] = laid(result[name], value, keep_nulls=keep_nulls)
        elif name in _KEYED and isinstance(value, list) and isinstance(result.get(name), list):
            result[name] = merge_keys.merged(name, result[name], value, laid_over)
        else:
            result[name] = value
    return result


def laid_over(base: Data, override: Data, *, keep_nulls: bool = False) -> dict[str, Any]:
    """Merge a value in Kubernetes' own shape over another; lists with a key in Kubernetes merge by it."""
    result = dict(overridden(base, override, keep_nulls=keep_nulls))
    for name, value in override.items():
        present = base.get(name)
        if isinstance(value, dict) and isinstance(present, dict):
            result[name] = laid_over(present, value, keep_nulls=keep_nulls)
        elif isinstance(value, list) and isinstance(present, list) and name in merge_keys.KEYS:
            result[name] = merge_keys.merged(name, present, value, laid_over)
    return result


def _volumes_over(base: Data, override: Data, *, keep_nulls: bool = False) -> dict[str, Any]:
    """Merge volumes over others by name. A volume of another kind replaces the former one, but keeps its mount path."""
    known = dict(base)
    for name, about in override.items():
        there = known.get(name)
        if isinstance(about, dict) and isinstance(there, dict) and not _SOURCES.isdisjoint(about):
            known[name] = {field: value for field, value in there.items() if field in about or field not in _SOURCES}
    return overridden(known, override, keep_nulls=keep_nulls)


def _manifests_over(base: Data, override: Data, *, keep_nulls: bool = False) -> dict[str, Any]:
    """Merge an app's own manifests over others by name. Files and lists replace the former value."""
    found = {**base, **override}
    for name, one in override.items():
        there = base.get(name)
        if isinstance(one, dict) and isinstance(there, dict) and _OF_FILE not in one.keys() | there.keys():
            found[name] = _part_over(there, one)
    return found if keep_nulls else without_nulls(found)


def _part_over(base: Data, override: Data) -> dict[str, Any]:
    """Merge a manifest over another: maps merge, lists replace, because the keys of their items are not known."""
    found = {**base, **override}
    for name, value in override.items():
        if isinstance(value, dict) and isinstance(base.get(name), dict):
            found[name] = _part_over(base[name], value)
    return without_nulls(found)


# A key that the loader adds to the name of a file.
_OF_FILE: Final = "meaning"
_LAID: Final[dict[str, Any]] = {
    **dict.fromkeys(PASS_THROUGH, laid_over),
    "volumes": _volumes_over,
    "manifests": _manifests_over,
}
