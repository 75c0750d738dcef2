"""Find what the API server refuses although the schema permits it: rules between fields.

``spec/workload_checks`` has the same rules for the spec, with its line numbers;
here they are applied to manifests that a user wrote by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from generator.manifests import pod_security
from generator.spec import pod_rules, quantity

_LABEL: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
_MOST_DATA: Final = 1024 * 1024
_MOST_ANNOTATIONS: Final = 256 * 1024
_KINDS_WITH_SELECTOR: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")

Data = Mapping[str, Any]


def problems(manifest: Data) -> Iterator[str]:
    """Yield every problem of a manifest, each with what to do."""
    template = pod_security.template_of(manifest)
    for about in (manifest, template) if template is not None else (manifest,):
        yield from _metadata(_map(about.get("metadata")))
    if template is not None:
        yield from _requests(_map(template.get("spec")))
        claims = _maps(_map(manifest.get("spec")).get("volumeClaimTemplates"))
        yield from pod_rules.problems(
            _map(template.get("spec")), [_map(one.get("metadata")).get("name") for one in claims]
        )
    spec = _map(manifest.get("spec"))
    match manifest.get("kind"):
        case "PodDisruptionBudget" if "minAvailable" in spec and "maxUnavailable" in spec:
            yield "both minAvailable and maxUnavailable; keep one of the two"
        case "HorizontalPodAutoscaler" if _number(spec.get("minReplicas")) > _number(spec.get("maxReplicas")):
            yield f"minReplicas {spec['minReplicas']} is more than maxReplicas {spec.get('maxReplicas')}; swap them"
        case "ConfigMap" | "Secret":
            yield from _size(manifest)
        case kind if kind in _KINDS_WITH_SELECTOR and template is not None:
            yield from _selector(spec, template)


def _metadata(metadata: Data) -> Iterator[str]:
    for name, value in _map(metadata.get("labels")).items():
        if isinstance(value, str) and not _LABEL.fullmatch(value):
            yield f"the label {name} cannot be {value!r}; at most 63 letters, digits, -, _ and ., not at the ends"
    annotations = _map(metadata.get("annotations"))
    if sum(len(f"{name}{value}".encode()) for name, value in annotations.items()) > _MOST_ANNOTATIONS:
        yield "more than 256 KiB of annotations; put less into them"


def _requests(spec: Data) -> Iterator[str]:
    for group in ("initContainers", "containers"):
        for container in _maps(spec.get(group)):
            resources = _map(container.get("resources"))
            limits = _map(resources.get("limits"))
            for name, wanted in _map(resources.get("requests")).items():
                least, most = quantity.parse(wanted), quantity.parse(limits.get(name))
                if least is not None and most is not None and least > most:
                    where = f"container {container.get('name')}: requests {wanted} of {name}"
                    yield f"{where}, and its limit is {limits[name]}; raise the limit, or request less"


def _selector(spec: Data, template: Data) -> Iterator[str]:
    wanted = _map(_map(spec.get("selector")).get("matchLabels"))
    labels = _map(_map(template.get("metadata")).get("labels"))
    for name, value in wanted.items():
        if labels.get(name) != value:
            yield f"selects {name}: {value}, which its own pods do not have; give them that label"


def _size(manifest: Data) -> Iterator[str]:
    contents = [*_map(manifest.get("data")).values(), *_map(manifest.get("binaryData")).values()]
    if sum(len(str(content).encode()) for content in contents) > _MOST_DATA:
        yield "larger than 1 MiB; put less into it"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _map(value: object) -> Data:
    return value if isinstance(value, dict) else {}


def _maps(value: object) -> list[Data]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
