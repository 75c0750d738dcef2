"""Merge an app's fields with Kubernetes' names for pods into its ``pod`` and ``container``.

Code that renders or checks a pod then reads only these two. The user's own values in ``pod`` and ``container`` are
merged over the others. The data may still have faults: values with a wrong shape are left out, because another check
reports them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from generator.spec import folders, merge_keys, pod_words, probes
from generator.spec.container_values import env_list, full_image, requested
from generator.spec.override import laid_over
from generator.spec.plain_data import Data, text, without_nulls, words
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Path

# Fields of a container that are rendered without changes.
_PLAIN: Final = (
    "ports", "envFrom", "lifecycle", "workingDir", "imagePullPolicy", "terminationMessagePath",
    "terminationMessagePolicy", "stdin", "stdinOnce", "tty", "securityContext", "volumeDevices",
)  # fmt: skip
# Lists that combine several fields of the spec.
_LISTS: Final = ("volumes", "initContainers", "containers", "volumeMounts")
_SIZE: Final = "1Gi"


def folded(app: str, given: Data, registry: str = "") -> Data:
    """Return the data of one workload of ``app``, with the fields of its pod in ``pod`` and ``container``."""
    if pod_words.FOLDED.isdisjoint(given):
        return given
    pod, container = _said(given, pod_words.POD), _said(given, pod_words.CONTAINER)
    containers = {group: [*_containers(given, group, registry)] for group in pod_words.CONTAINERS}
    natives = [item for item in containers["sidecars"] if "restartPolicy" in item]
    lists = {
        "volumes": [*_volumes(app, given), *_writable(given)],
        "initContainers": [*natives, *containers["initContainers"]],
        "containers": [item for item in containers["sidecars"] if "restartPolicy" not in item],
    }
    pod.update({name: items for name, items in lists.items() if items})
    if mounts := [*_items(given.get("volumeMounts")), *_mounts(given)]:
        container["volumeMounts"] = mounts
    return {
        **{name: value for name, value in given.items() if name not in pod_words.FOLDED},
        **{name: given[name] for name in pod_words.VOLUMES if name in given},
        "pod": laid_over(pod, _map(given.get("pod"))),
        "container": laid_over(container, _map(given.get("container"))),
    }


def origin(given: Data, whole: Data, path: Path) -> Path:
    """Return the path in the spec of a value in the folded data ``whole``: in a separate field, or the same path."""
    place, rest = path[:1], path[1:]
    if not rest or place not in (("pod",), ("container",)):
        return path
    field = str(rest[0])
    if len(rest) > 1 and isinstance(rest[1], int) and field in _LISTS:
        return _of_item(given, whole, field, path)
    return rest if field in given and field not in _map(given.get(str(place[0]))) else path


def _of_item(given: Data, whole: Data, field: str, path: Path) -> Path:
    """Return the path in the spec of an item in a list that combines several fields."""
    place, index, rest = str(path[0]), path[2], path[3:]
    item = whole[place][field][index]
    for index, other in enumerate(_items(_map(given.get(place)).get(field))):
        if merge_keys.same(field, other, item):
            return (place, field, index, *rest)
    if field == "volumeMounts":
        listed = [("volumeMounts", at) for at, one in enumerate(_items(given.get("volumeMounts"))) if one is item]
        named = [
            (group, name) for group in pod_words.VOLUMES for name, about in _map(given.get(group)).items()
            if _map(about).get("mountPath") == item.get("mountPath")
        ]  # fmt: skip
        return (*(listed or named or [("writable",)])[0], *rest)
    groups = pod_words.VOLUMES if field == "volumes" else pod_words.CONTAINERS
    found = next((group for group in groups if item.get("name") in _map(given.get(group))), "writable")
    return (found, str(item.get("name")), *(rest if rest != ("name",) else ()))


def _said(given: Data, names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in names and value is not None}


def _items(value: object) -> list[Any]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _containers(given: Data, group: str, registry: str) -> Iterator[dict[str, Any]]:
    """Yield the containers of a group in Kubernetes' shape. A container without an image gets the app's image."""
    for name, about in _map(given.get(group)).items():
        said = without_nulls(_map(about))
        image = full_image(str(said.get("image") or given.get("image") or ""), registry)
        native = said.get("native") is not False if group == "sidecars" else said.get("restartPolicy") == "Always"
        mounts = [*_items(said.get("volumeMounts")), *_own_mounts(name, said)]
        yield {
            "name": name,
            "image": image,
            **({"restartPolicy": "Always"} if native else {}),
            **{field: list(words(said[field])) for field in ("command", "args") if isinstance(said.get(field), list)},
            **({"env": env_list(said["env"])} if isinstance(said.get("env"), dict | list) else {}),
            "resources": requested(_map(said.get("resources"))),
            **{field: said[field] for field in _PLAIN if field in said},
            **{probe: probes.spelled(said[probe], None) for probe in probes.NAMES if isinstance(said.get(probe), dict)},
            **({"volumeMounts": mounts} if mounts else {}),
        }


def _volumes(app: str, given: Data) -> Iterator[dict[str, Any]]:
    for name, about in _map(given.get("volumes")).items():
        yield {"name": name, **_source(without_nulls(_map(about)))}
    for name in _map(given.get("claims")):
        yield {"name": name, "persistentVolumeClaim": {"claimName": f"{app}-{name}"}}


def _source(about: Data) -> dict[str, Any]:
    """Return the source of a volume, with short forms written out."""
    for name, short in (("claim", "claimName"), ("secret", "secretName"), ("configMap", "name")):
        if isinstance(about.get(name), str):
            return {"persistentVolumeClaim" if name == "claim" else name: {short: about[name]}}
    size = about.get("emptyDir")
    if isinstance(size, str | int | float):
        return {"emptyDir": {"sizeLimit": text(size)}}
    return {name: value for name, value in about.items() if name in pod_words.SOURCES}


def _mounts(given: Data) -> Iterator[dict[str, Any]]:
    """Yield the mounts of volumes that have a mount path in the app's own container."""
    for group in pod_words.VOLUMES:
        for name, about in _map(given.get(group)).items():
            said = _map(about)
            if said.get("mountPath"):
                yield {"name": name, **{field: said[field] for field in pod_words.MOUNT if said.get(field) is not None}}


def _folders(name: str, about: Data) -> dict[str, str]:
    """Return the folders that a sidecar or init container may write to, by the names of their volumes."""
    given = about.get("writable", list(folders.DEFAULT))
    known = [folder for folder in given if isinstance(folder, str)] if isinstance(given, list) else []
    return {f"{name}-{volume}"[:63].rstrip("-"): path for volume, path in folders.volumes(known).items()}


def _own_mounts(name: str, about: Data) -> Iterator[dict[str, Any]]:
    taken = {_plain(mount.get("mountPath")) for mount in _items(about.get("volumeMounts"))}
    for volume, path in _folders(name, about).items():
        if _plain(path) not in taken:
            yield {"name": volume, "mountPath": path}


def _plain(path: object) -> str:
    return str(path).rstrip("/") or "/"


def _writable(given: Data) -> Iterator[dict[str, Any]]:
    """Yield the volumes of the folders that sidecars and init containers may write to."""
    size = text(given.get("writableSize") or _SIZE)
    for group in pod_words.CONTAINERS:
        for name, about in _map(given.get(group)).items():
            for mount in _own_mounts(name, without_nulls(_map(about))):
                yield {"name": mount["name"], "emptyDir": {"sizeLimit": size}}
