"""Find what the API server refuses in a pod although the schema permits it: values, names, exclusive fields.

The rules are those of ``k8s.io/kubernetes/pkg/apis/core/validation``. Wrong types are left to the schema.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from generator.spec import patterns
from generator.spec.findings import Path, dotted

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
    for path, message, hint in (*_placement(pod), *_names_and_addresses(pod)):
        yield f"{dotted(path)}: {message}; {hint}"
    for spread in _maps(pod.get("topologySpreadConstraints")):
        skew = spread.get("maxSkew")
        if isinstance(skew, int) and skew < 1:
            yield f"maxSkew cannot be {skew}; at least 1"


def _container(container: Data) -> Iterator[str]:
    yield from (f"{field} {message}; {hint}".lstrip() for field, message, hint in _image_and_words(container))
    for event, handler in _map(container.get("lifecycle")).items():
        run = _map(handler).get("exec")
        if run is not None and not _map(run).get("command"):
            yield f"lifecycle.{event} runs nothing; add a command"


def _image_and_words(container: Data) -> Iterator[tuple[str, str, str]]:
    """Yield field, message and hint; the field is empty if it is the container that lacks something."""
    if not container.get("image"):
        yield "", "no image", "name one"
    for field, words in _WORDS.items():
        if container.get(field) not in (None, *words):
            yield field, f"cannot be {container[field]}", f"one of {', '.join(words)}"


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


def alone(pod: Data) -> Iterator[tuple[Path, str, str]]:
    """Yield the faults of fields that no other part of the pod can mend: path, message, hint."""
    yield from _placement(pod)
    yield from _names_and_addresses(pod)
    for group in ("initContainers", "containers"):
        for index, container in _numbered(pod.get(group)):
            for field, message, hint in _image_and_words(container):
                yield (group, index, *([field] if field else [])), message, hint


def _placement(pod: Data) -> Iterator[tuple[Path, str, str]]:
    for key, value in _map(pod.get("nodeSelector")).items():
        if isinstance(value, str) and not (
            len(value) <= patterns.LONGEST_VALUE and re.fullmatch(patterns.LABEL_VALUE, value)
        ):
            yield ("nodeSelector", key), f"cannot be {value!r}", patterns.VALUE_HINT
    for index, toleration in _numbered(pod.get("tolerations")):
        operator, path = toleration.get("operator") or "Equal", ("tolerations", index)
        if not toleration.get("key") and operator != "Exists":
            yield path, f"a toleration of no key cannot be {operator}", "name a key, or say `operator: Exists`"
        if operator == "Exists" and toleration.get("value"):
            asked = f"asks whether {toleration.get('key')} exists"
            yield (*path, "value"), f"a toleration that {asked} has a value", "take it out"


def _names_and_addresses(pod: Data) -> Iterator[tuple[Path, str, str]]:
    for field in _NAMES:
        name = pod.get(field)
        if isinstance(name, str) and name and not re.fullmatch(patterns.SUBDOMAIN, name):
            yield (field,), f"cannot be {name!r}", patterns.NAME_HINT
    if pod.get("dnsPolicy") == "None" and not _map(pod.get("dnsConfig")).get("nameservers"):
        yield ("dnsPolicy",), "None needs servers", "add `dnsConfig: {nameservers: […]}`"
    for index, alias in _numbered(pod.get("hostAliases")):
        if not _is_address(alias.get("ip")):
            yield ("hostAliases", index, "ip"), f"{alias.get('ip')!r} is no IP address", "write one"
    if pod.get("shareProcessNamespace") and pod.get("hostPID"):
        yield ("hostPID",), "both shareProcessNamespace and hostPID", "keep one of the two"
    for index, claim in _numbered(pod.get("resourceClaims")):
        if bool(claim.get("resourceClaimName")) == bool(claim.get("resourceClaimTemplateName")):
            about = f"claim {claim.get('name')} needs one of resourceClaimName and resourceClaimTemplateName"
            yield ("resourceClaims", index), about, "write it"


def _is_address(value: object) -> bool:
    try:
        ipaddress.ip_address(str(value))
    except ValueError:
        return False
    return True


def _numbered(value: object) -> list[tuple[int, Data]]:
    """Return the items of a list with their indexes, without directives to a merge."""
    items = enumerate(value if isinstance(value, list) else [])
    return [(index, item) for index, item in items if isinstance(item, dict) and "$patch" not in item]


def _map(value: object) -> Data:
    return value if isinstance(value, dict) else {}


def _maps(value: object) -> list[Data]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
