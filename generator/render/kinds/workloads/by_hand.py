"""Kinds that make pods and that users write by hand: they are validated, waited for and shown all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from generator.render.kinds.kind import Role
from generator.render.kinds.workloads.rollout import Rollout, by_nodes, by_replicas

_TEMPLATE: Final = ("spec", "template")

# Where the template of their pods lies.
POD_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "Pod": (),
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
    "DaemonSet": _TEMPLATE,
    "Rollout": _TEMPLATE,
    "Job": _TEMPLATE,
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
ROLLOUTS: Final[Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Rollout]]] = {
    ("apps", "StatefulSet"): by_replicas,
    ("apps", "DaemonSet"): by_nodes,
    # Argo Rollouts has the numbers of a Deployment.
    ("argoproj.io", "Rollout"): by_replicas,
}
ROLES: Final[Mapping[str, Role]] = {
    "StatefulSet": Role.WORKLOAD,
    "DaemonSet": Role.WORKLOAD,
    "CronJob": Role.TASK,
    "ConfigMap": Role.CONFIGURATION,
    "Secret": Role.CONFIGURATION,
}
