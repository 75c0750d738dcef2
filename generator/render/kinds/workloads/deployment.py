"""Deployment: pods that are all alike, and how a new version replaces the old one."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role
from generator.render.kinds.metadata import metadata, selector
from generator.render.kinds.workloads.rollout import by_replicas
from generator.render.kinds.workloads.template import template
from generator.spec.workload import Workload

FILE: Final = "deployment.yaml"
GROUP: Final = "apps"
KIND: Final = "Deployment"
ROLE: Final = Role.WORKLOAD
API: Final = "apps/v1"
POD_PATH: Final = ("spec", "template")
REPLICAS_PATH: Final = ("spec", "replicas")
CREATES: Final = frozenset({("apps", "ReplicaSet"), ("", "Pod")})

rollout = by_replicas


def render(workload: Workload) -> dict[str, Any] | None:
    """Return one where the app is a Deployment; with no ``replicas`` where an autoscaler owns the number."""
    if workload.kind != KIND:
        return None
    deadline = workload.progress_deadline
    about = metadata(workload)
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {**about, "labels": {**about["labels"], **workload.labels}},
        "spec": {
            **({"replicas": workload.replicas} if workload.replicas is not None else {}),
            "selector": {"matchLabels": selector(workload)},
            # The old pods go on serving until the new ones are ready.
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            **({"progressDeadlineSeconds": deadline} if deadline else {}),
            "template": template(workload),
        },
    }
