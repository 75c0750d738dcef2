"""Labels and annotations of an environment's namespace: its Pod Security Standard, and those of the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.spec.plain_data import text

if TYPE_CHECKING:
    from generator.spec.environment import Environment


def labels(environment: Environment) -> dict[str, str]:
    """Return the labels of an environment's namespaces; they are the same for all of its apps."""
    prefix, level = "pod-security.kubernetes.io", environment.pod_security
    security = {f"{prefix}/enforce": level, f"{prefix}/enforce-version": "latest", f"{prefix}/warn": level}
    # The controller's webhook adds a readiness gate only to pods that are targets of a load balancer.
    gate = {"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"} if environment.readiness_gate else {}
    return {**security, **gate, **_texts(environment, "labels")}


def metadata(environment: Environment, project: str) -> dict[str, dict[str, str]]:
    """Return labels and annotations (if any) for a namespace that Argo CD makes."""
    annotations = _texts(environment, "annotations")
    return {
        "labels": {**labels(environment), "app.kubernetes.io/part-of": project},
        **({"annotations": annotations} if annotations else {}),
    }


def _texts(environment: Environment, kind: str) -> dict[str, str]:
    given = environment.namespace_metadata.get(kind) or {}
    return {name: text(value) for name, value in given.items() if value is not None}
