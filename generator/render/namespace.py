"""Labels of an environment's namespace: which pods it lets in, and what their load balancer waits for."""

from __future__ import annotations

from generator.spec.model import Environment


def labels(environment: Environment) -> dict[str, str]:
    """Return the same labels for all apps of an environment, which share its namespace."""
    prefix, level = "pod-security.kubernetes.io", environment.pod_security
    security = {f"{prefix}/enforce": level, f"{prefix}/enforce-version": "latest", f"{prefix}/warn": level}
    # Its controller's webhook adds a gate to pods that are targets of a load balancer, and to no others.
    gate = {"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"} if environment.readiness_gate else {}
    return {**security, **gate}
