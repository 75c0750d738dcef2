"""Labels and annotations of an environment's namespace: which pods it lets in, and what the spec says beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.spec.types import text

if TYPE_CHECKING:
    from generator.spec.model import Environment


def labels(environment: Environment) -> dict[str, str]:
    """Return the same labels for all apps of an environment, which share its namespace."""
    prefix, level = "pod-security.kubernetes.io", environment.pod_security
    security = {f"{prefix}/enforce": level, f"{prefix}/enforce-version": "latest", f"{prefix}/warn": level}
    # Its controller's webhook adds a gate to pods that are targets of a load balancer, and to no others.
    gate = {"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"} if environment.readiness_gate else {}
    return {**security, **gate, **_texts(environment, "labels")}


def metadata(environment: Environment, project: str) -> dict[str, dict[str, str]]:
    """Return labels and, where there are any, annotations, as Argo CD gives them to a namespace that it makes."""
    annotations = _texts(environment, "annotations")
    return {
        "labels": {**labels(environment), "app.kubernetes.io/part-of": project},
        **({"annotations": annotations} if annotations else {}),
    }


def _texts(environment: Environment, kind: str) -> dict[str, str]:
    given = environment.namespace_metadata.get(kind) or {}
    return {name: text(value) for name, value in given.items() if value is not None}
