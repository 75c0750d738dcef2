"""Lay what differs over what holds in general: maps merge, lists of Kubernetes' own merge by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.spec import merge_keys, pod_words

Data = Mapping[str, Any]

# Of these fields there can be one: when an override sets it, the others give way.
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
# Fields in Kubernetes' own shape: in these, lists merge by key.
PASS_THROUGH: Final = frozenset({"pod", "container"})
# What is laid over what is rendered, or over a chart's own values: `null` takes out what is there.
_LAID_OVER_DEFAULTS: Final = PASS_THROUGH | {
    "lifecycle", "securityContext", "podSecurityContext", "values", "manifests", "patches", "replacements",
}  # fmt: skip
# The field that keeps a port out of a Service.
_SAID_BY_NULL: Final = frozenset({"servicePort"})
# Lists under Kubernetes' own name that merge by key wherever they stand.
_KEYED: Final = merge_keys.KEYS.keys() & (pod_words.POD | pod_words.CONTAINER)
_SOURCES: Final = frozenset(pod_words.SOURCES)


def rivals(name: str) -> tuple[str, ...]:
    """Return the fields of which there can be one, this one among them."""
    return _RIVALS.get(name, (name,))


def without_nulls(data: Data) -> dict[str, Any]:
    """Return a map without the fields that are ``None``, that is, not set."""
    return {name: value for name, value in data.items() if value is not None}


def without_nulls_inside(value: Any) -> Any:
    """Return a value without the fields in it that are ``None``, but where these take something out."""
    if isinstance(value, dict):
        return {
            name: item if name in _LAID_OVER_DEFAULTS else without_nulls_inside(item)
            for name, item in value.items()
            if item is not None or name in _SAID_BY_NULL
        }
    return [without_nulls_inside(item) for item in value] if isinstance(value, list) else value


def settled(merged: dict[str, Any], override: Data) -> dict[str, Any]:
    """Return what an override was laid over, without the nulls that it brought and that took nothing out."""
    brought = {name: merged[name] for name in override if name in merged}
    return {**merged, **without_nulls_inside(brought)}


def overridden(base: Data, override: Data, *, keep_nulls: bool = False) -> dict[str, Any]:
    """Lay ``override`` over ``base``: maps merge, anything else is replaced, ``None`` takes out.

    With ``keep_nulls`` it stays, for the result to be laid over something else.
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
    """Lay one value in Kubernetes' own shape over another: lists merge by Kubernetes' key, where they have one."""
    result = dict(overridden(base, override, keep_nulls=keep_nulls))
    for name, value in override.items():
        present = base.get(name)
        if isinstance(value, dict) and isinstance(present, dict):
            result[name] = laid_over(present, value, keep_nulls=keep_nulls)
        elif isinstance(value, list) and isinstance(present, list) and name in merge_keys.KEYS:
            result[name] = merge_keys.merged(name, present, value, laid_over)
    return result


def _volumes_over(base: Data, override: Data, *, keep_nulls: bool = False) -> dict[str, Any]:
    """Lay volumes over others by name: one of another kind is another volume, and keeps where it is mounted."""
    known = dict(base)
    for name, about in override.items():
        there = known.get(name)
        if isinstance(about, dict) and isinstance(there, dict) and not _SOURCES.isdisjoint(about):
            known[name] = {field: value for field, value in there.items() if field in about or field not in _SOURCES}
    return overridden(known, override, keep_nulls=keep_nulls)


def _manifests_over(base: Data, override: Data, *, keep_nulls: bool = False) -> dict[str, Any]:
    """Lay an app's own manifests over others by name: what is a file's, or a list, replaces what was there."""
    found = {**base, **override}
    for name, one in override.items():
        there = base.get(name)
        if isinstance(one, dict) and isinstance(there, dict) and _OF_FILE not in one.keys() | there.keys():
            found[name] = _part_over(there, one)
    return found if keep_nulls else without_nulls(found)


def _part_over(base: Data, override: Data) -> dict[str, Any]:
    """Lay one manifest over another: maps merge, lists replace, since what tells their items apart is not known."""
    found = {**base, **override}
    for name, value in override.items():
        if isinstance(value, dict) and isinstance(base.get(name), dict):
            found[name] = _part_over(base[name], value)
    return without_nulls(found)


# What the loader puts beside the name of a file.
_OF_FILE: Final = "meaning"
_LAID: Final[dict[str, Any]] = {
    **dict.fromkeys(PASS_THROUGH, laid_over),
    "volumes": _volumes_over,
    "manifests": _manifests_over,
}
