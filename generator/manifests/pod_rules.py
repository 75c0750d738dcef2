"""Find what the API server refuses in a pod although the schema permits it: values, names, exclusive fields.

The rules are those of ``k8s.io/kubernetes/pkg/apis/core/validation``. Wrong types are left to the schema.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from generator.spec import shapes

_WORDS: Final = {
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "terminationMessagePolicy": ("File", "FallbackToLogsOnError"),
}
_NAMES: Final = ("serviceAccountName", "priorityClassName", "runtimeClassName")
_ONLY_OF_SIDECARS: Final = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")

Data = Mapping[str, Any]


def problems(pod: Data, claims: Iterable[object] = ()) -> Iterator[str]:
    """Yield every problem of a pod, each with what to do.

    ``claims`` are the volumes that a StatefulSet's claim templates provide.
    """
    seen: set[object] = set()
    volumes = {*claims, *(volume.get("name") for volume in _maps(pod.get("volumes")))}
    for group in ("initContainers", "containers"):
        for container in _maps(pod.get(group)):
            name = container.get("name")
            if name in seen:
                yield f"two containers are named {name}; rename one"
            seen.add(name)
            for about in (*_container(container), *_mounts(container, volumes)):
                yield f"container {name}: {about}"
            if group == "initContainers":
                yield from _before_others(container)
    yield from _volumes(pod)
    yield from _placement(pod)
    yield from _whole(pod)


def _container(container: Data) -> Iterator[str]:
    if not container.get("image"):
        yield "no image; name one"
    for field, words in _WORDS.items():
        if container.get(field) not in (None, *words):
            yield f"{field} cannot be {container[field]}; one of {', '.join(words)}"
    for event, handler in _map(container.get("lifecycle")).items():
        run = _map(handler).get("exec")
        if run is not None and not _map(run).get("command"):
            yield f"lifecycle.{event} runs nothing; add a command"


def _mounts(container: Data, volumes: set[object]) -> Iterator[str]:
    paths: set[object] = set()
    for mount in _maps(container.get("volumeMounts")):
        name, path = mount.get("name"), mount.get("mountPath")
        if name not in volumes:
            yield f"mounts {name}, and no volume is named so; add it under volumes"
        if path in paths:
            yield f"two mounts at {path}; keep one"
        paths.add(path)


def _before_others(container: Data) -> Iterator[str]:
    if container.get("restartPolicy") == "Always":
        return
    for field in _ONLY_OF_SIDECARS:
        if container.get(field) is not None:
            name = container.get("name")
            yield f"init container {name}: {field} needs `restartPolicy: Always`; add it, or take it out"


def _volumes(pod: Data) -> Iterator[str]:
    seen: set[object] = set()
    for volume in _maps(pod.get("volumes")):
        name = volume.get("name")
        if name in seen:
            yield f"two volumes are named {name}; rename one"
        seen.add(name)
        sources = [field for field, about in volume.items() if field != "name" and about is not None]
        if len(sources) > 1:
            yield f"volume {name} is {' and '.join(sources)}; keep one"


def _placement(pod: Data) -> Iterator[str]:
    for key, value in _map(pod.get("nodeSelector")).items():
        if isinstance(value, str) and not (
            len(value) <= shapes.LABEL_VALUE.longest and re.fullmatch(shapes.LABEL_VALUE.pattern, value)
        ):
            yield f"nodeSelector {key} cannot be {value!r}; {shapes.LABEL_VALUE.hint}"
    for toleration in _maps(pod.get("tolerations")):
        operator = toleration.get("operator") or "Equal"
        if not toleration.get("key") and operator != "Exists":
            yield f"a toleration of no key cannot be {operator}; name a key, or say `operator: Exists`"
        if operator == "Exists" and toleration.get("value"):
            yield f"a toleration that asks whether {toleration.get('key')} exists has a value; take it out"
    for spread in _maps(pod.get("topologySpreadConstraints")):
        skew = spread.get("maxSkew")
        if isinstance(skew, int) and skew < 1:
            yield f"maxSkew cannot be {skew}; at least 1"


def _whole(pod: Data) -> Iterator[str]:
    for field in _NAMES:
        name = pod.get(field)
        if isinstance(name, str) and name and not re.fullmatch(shapes.OBJECT_NAME.pattern, name):
            yield f"{field} cannot be {name!r}; {shapes.OBJECT_NAME.hint}"
    if pod.get("dnsPolicy") == "None" and not _map(pod.get("dnsConfig")).get("nameservers"):
        yield "dnsPolicy None needs servers; add `dnsConfig: {nameservers: […]}`"
    for alias in _maps(pod.get("hostAliases")):
        if not _is_address(alias.get("ip")):
            yield f"hostAliases: {alias.get('ip')!r} is no IP address; write one"
    if pod.get("shareProcessNamespace") and pod.get("hostPID"):
        yield "both shareProcessNamespace and hostPID; keep one of the two"
    for claim in _maps(pod.get("resourceClaims")):
        if bool(claim.get("resourceClaimName")) == bool(claim.get("resourceClaimTemplateName")):
            yield f"claim {claim.get('name')} needs one of resourceClaimName and resourceClaimTemplateName; write it"


def _is_address(value: object) -> bool:
    try:
        ipaddress.ip_address(str(value))
    except ValueError:
        return False
    return True


def _map(value: object) -> Data:
    return value if isinstance(value, dict) else {}


def _maps(value: object) -> list[Data]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
