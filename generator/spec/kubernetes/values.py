"""Check values in Kubernetes' own shape beyond the schema: forms, ranges, and groups of fields, as the API server does.

The rules are those of ``k8s.io/kubernetes/pkg/apis/core/validation``; tests compare them with the real API server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from generator.spec import patterns

_KEY: Final = (patterns.QUALIFIED, "like team or example.com/team")
_NAME: Final = (patterns.SUBDOMAIN, "lower-case letters, digits, - and .")
_INSIDE: Final = (r"(?!/)(?!.*(?:^|/)\.\.(?:/|$)).*", "a relative path without `..`")
_NO_PARENT: Final = (r"(?!.*(?:^|/)\.\.(?:/|$)).+", "a path without `..`")
_SOME: Final = (r".+", "write some text")
_DRIVER: Final = (rf"(?=.{{1,63}}$){patterns.SUBDOMAIN}", "at most 63 lower-case letters, digits, - and .")

# The form of texts by type and field, with hints.
PATTERNS: Final[Mapping[str, tuple[str, str]]] = {
    "CSIVolumeSource.driver": _DRIVER,
    "DownwardAPIVolumeFile.path": _INSIDE,
    "EnvFromSource.prefix": (r"[A-Za-z_][A-Za-z0-9_.-]*", "letters, digits and _; no digit first"),
    "HostPathVolumeSource.path": _NO_PARENT,
    "ImageVolumeSource.reference": _SOME,
    "KeyToPath.path": _INSIDE,
    "NFSVolumeSource.path": (r"/.*", "an absolute path"),
    "PodDNSConfigOption.name": _SOME,
    "PodReadinessGate.conditionType": _KEY,
    "PodSchedulingGate.name": _KEY,
    "Toleration.key": _KEY,
    "VolumeMount.mountPath": (r"[^:]+", "a path without a colon"),
    "VolumeMount.subPath": _INSIDE,
    "VolumeMount.subPathExpr": _INSIDE,
}
# The lowest and the highest number by type and field.
RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "ConfigMapVolumeSource.defaultMode": (0, 0o777),
    "SecretVolumeSource.defaultMode": (0, 0o777),
    "ProjectedVolumeSource.defaultMode": (0, 0o777),
    "DownwardAPIVolumeSource.defaultMode": (0, 0o777),
    "KeyToPath.mode": (0, 0o777),
    "DownwardAPIVolumeFile.mode": (0, 0o777),
    "PodSpec.terminationGracePeriodSeconds": (0, 2**31 - 1),
    "WeightedPodAffinityTerm.weight": (1, 100),
    "PreferredSchedulingTerm.weight": (1, 100),
    "TopologySpreadConstraint.maxSkew": (1, 2**31 - 1),
    "ServicePort.port": (1, 65535),
    "ServicePort.nodePort": (30000, 32767),
    "ContainerPort.containerPort": (1, 65535),
    "ContainerPort.hostPort": (0, 65535),
}
# A value of this type must have exactly one of these fields.
UNIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "EnvFromSource": ("configMapRef", "secretRef"),
    "LifecycleHandler": ("exec", "httpGet", "tcpSocket", "sleep"),
    "PodResourceClaim": ("resourceClaimName", "resourceClaimTemplateName"),
}
# Required fields by type; they must not be empty.
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "ConfigMapVolumeSource": ("name",),
    "ExecAction": ("command",),
    "EphemeralVolumeSource": ("volumeClaimTemplate",),
    "HTTPGetAction": ("port",),
    "HostAlias": ("ip",),
    "LocalObjectReference": ("name",),
    "NodeSelector": ("nodeSelectorTerms",),
    "PodDNSConfigOption": ("name",),
    "SecretVolumeSource": ("secretName",),
    "ImageVolumeSource": ("reference",),
}


def of_field(place: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield (message, hint) for a value that is not valid in a field; ``place`` is `Type.field`."""
    pattern, hint = PATTERNS.get(place, ("", ""))
    if pattern and isinstance(value, str) and not re.fullmatch(pattern, value):
        yield f'"{value[:60]}" cannot stand here', hint
    least, most = RANGES.get(place, (0, 0))
    if most and isinstance(value, int) and not isinstance(value, bool) and not least <= value <= most:
        yield f"{value} is out of range", f"from {least} to {most}"


def of_object(kind: str, value: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield (message, hint) for an object without a required field, or without exactly one of a group of fields."""
    union = UNIONS.get(kind, ())
    if union and sum(value.get(name) is not None for name in union) != 1:
        yield f"needs exactly one of {', '.join(union)}", "write one of them, and no other"
    if kind == "Toleration" and value.get("tolerationSeconds") is not None and value.get("effect") != "NoExecute":
        yield "tolerationSeconds is for `effect: NoExecute`", "take it out, or write that effect"
    for name in NEEDED.get(kind, ()):
        if value.get(name) in (None, "", [], {}):
            yield f"{name} is missing", f"add `{name}:`"
