"""Accept lists of named items, as in Kubernetes, in fields where the language has maps by name.

Users can then copy parts of manifests. A list with an item without a name is not converted; the check of types
reports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NAMED: Final = ("volumes", "initContainers", "sidecars")
_TEMPLATES: Final = "volumeClaimTemplates"
_MOUNTS: Final = "volumeMounts"
_INNER: Final = ("environments", "workloads")


def as_maps(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec with maps instead of lists of named items in each app. A second call changes nothing."""
    apps = data.get("apps")
    if not isinstance(apps, Mapping):
        return dict(data)
    return {**data, "apps": {name: _app(given) for name, given in apps.items()}}


def _app(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    changed = {field: _by_name(given[field]) for field in _NAMED if isinstance(given.get(field), list)}
    if isinstance(given.get(_TEMPLATES), list):
        changed |= _templates(given)
    for field in _INNER:
        inner = given.get(field)
        if isinstance(inner, Mapping) and any(isinstance(one, Mapping) for one in inner.values()):
            changed[field] = {name: _app(one) for name, one in inner.items()}
    return {**given, **changed} if changed else given


def _by_name(items: list[Any]) -> Any:
    names = [item.get("name") if isinstance(item, Mapping) else None for item in items]
    if not all(isinstance(name, str) for name in names) or len({*names}) < len(names):
        return items
    return {item["name"]: {key: value for key, value in item.items() if key != "name"} for item in items}


def _templates(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return claim templates by name, each with its mount path from the container's `volumeMounts`."""
    named = _by_name([_flat(item) for item in given[_TEMPLATES]])
    mounts = given.get(_MOUNTS)
    if not isinstance(named, dict) or not isinstance(mounts, list):
        return {_TEMPLATES: named}
    left = []
    for mount in mounts:
        name = mount.get("name") if isinstance(mount, Mapping) else None
        if name in named and not {"mountPath", "subPath"} & named[name].keys() and not mount.keys() - _MOUNT:
            named[name] = {**named[name], **{key: value for key, value in mount.items() if key != "name"}}
        else:
            left.append(mount)
    return {_TEMPLATES: named, _MOUNTS: left or None}


_MOUNT: Final = {"name", "mountPath", "subPath"}


def _flat(item: Any) -> Any:
    """Return a claim template with the language's fields. Other fields stay, so that the checks report them by name."""
    if not isinstance(item, Mapping) or not isinstance(item.get("metadata"), Mapping):
        return item
    metadata, spec = dict(item["metadata"]), item.get("spec")
    spec = dict(spec) if isinstance(spec, Mapping) else {}
    resources = spec.pop("resources", None)
    requests = resources.get("requests") if isinstance(resources, Mapping) else None
    size = {"size": requests.get("storage")} if isinstance(requests, Mapping) else {}
    more = {"resources": resources} if isinstance(resources, Mapping) and resources.keys() - {"requests"} else {}
    rest = {key: value for key, value in item.items() if key not in ("metadata", "spec", "apiVersion", "kind")}
    return {**metadata, **spec, **size, **more, **rest}
