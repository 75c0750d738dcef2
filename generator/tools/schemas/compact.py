"""Make a small table from Kubernetes' ``swagger.json``: the fields that a spec can pass through, in several versions.

The type of a field is one word: ``string``, ``[Container:name]!`` (a required list with a key), ``{string}``,
``PodSpec``. If not all versions have the field, ``>35`` (since 1.35) and ``<33`` (until 1.33) follow. Descriptions and
defaults are left out. Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

# Types that a spec may contain in Kubernetes' own shape; the types of their fields are added.
ROOTS: Final = (
    "io.k8s.api.core.v1.PodSpec",
    "io.k8s.api.core.v1.ServiceSpec",
    "io.k8s.api.core.v1.PersistentVolumeClaimSpec",
    "io.k8s.api.apps.v1.DeploymentSpec",
    "io.k8s.api.apps.v1.StatefulSetSpec",
    "io.k8s.api.apps.v1.DaemonSetSpec",
    "io.k8s.api.batch.v1.CronJobSpec",
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec",
    "io.k8s.api.networking.v1.IngressSpec",
)
_SCALARS: Final = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "time",
}
# The API server sets these, and users never write them.
_NOT_WRITTEN: Final = frozenset({"managedFields", "fieldsV1"})

Types = dict[str, dict[str, str]]


def table(documents: Mapping[int, Mapping[str, Any]]) -> Types:
    """Return the fields by type, for all versions. ``documents`` has swagger.json by minor version, oldest first."""
    found: dict[str, dict[str, dict[int, str]]] = {}
    for minor, document in documents.items():
        for name, fields in _types(document["definitions"]):
            for field, written in fields.items():
                found.setdefault(name, {}).setdefault(field, {})[minor] = written
    known = list(documents)
    return {
        name: {field: _over(versions, known) for field, versions in sorted(fields.items())}
        for name, fields in sorted(found.items())
    }


def _over(versions: Mapping[int, str], known: list[int]) -> str:
    """Return the type of a field in its newest version, followed by the versions that have the field."""
    since, until = min(versions), max(versions)
    begun = f">{since}" if since > known[0] else ""
    ended = f"<{until}" if until < known[-1] else ""
    return f"{versions[until]}{begun}{ended}"


def _types(definitions: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (short name, fields) for the root types and all types of their fields."""
    left, seen = list(ROOTS), set(ROOTS)
    named: dict[str, str] = {}
    while left:
        name = left.pop()
        body = definitions[name]
        if named.setdefault(short(name), name) != name:
            raise ValueError(f"two types are called {short(name)}: {name} and {named[short(name)]}")
        properties = {key: value for key, value in body.get("properties", {}).items() if key not in _NOT_WRITTEN}
        required = body.get("required", ())
        yield (
            short(name),
            {key: f"{_field(value)}{'!' if key in required else ''}" for key, value in properties.items()},
        )
        new = {*_references(properties.values())} - seen
        seen |= new
        left += sorted(new)


def short(name: str) -> str:
    """Return the last word of a definition's name."""
    return name.rpartition(".")[2]


def _references(nodes: Iterable[Any]) -> Iterator[str]:
    for node in nodes:
        inner = [node, node.get("items"), node.get("additionalProperties")]
        for one in (part for part in inner if isinstance(part, Mapping) and "$ref" in part):
            name = one["$ref"].rpartition("/")[2]
            if name not in _SCALARS:
                yield name


def _field(node: Mapping[str, Any]) -> str:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return _SCALARS.get(name) or short(name)
    if node.get("type") == "array":
        keys = node.get("x-kubernetes-patch-merge-key") and _keys(node)
        return f"[{_field(node['items'])}{':' + keys if keys else ''}]"
    if "additionalProperties" in node:
        return f"{{{_field(node['additionalProperties'])}}}"
    return str(node.get("type", "any"))


def _keys(node: Mapping[str, Any]) -> str:
    """Return the keys of a list's items: those for server-side apply, or the one for a strategic merge."""
    return ",".join(node.get("x-kubernetes-list-map-keys") or [node["x-kubernetes-patch-merge-key"]])
