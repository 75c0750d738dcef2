"""Kinds that make pods and that users write by hand: they are validated, waited for and shown all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from generator.render.kinds.kind import Role
from generator.render.kinds.workloads.rollout import Rollout, by_replicas

_TEMPLATE: Final = ("spec", "template")

# Where the template of their pods lies.
POD_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "Pod": (),
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "Rollout": _TEMPLATE,
}
ROLLOUTS: Final[Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Rollout]]] = {
    # Argo Rollouts has the numbers of a Deployment.
    ("argoproj.io", "Rollout"): by_replicas,
}
ROLES: Final[Mapping[str, Role]] = {
    "ConfigMap": Role.CONFIGURATION,
    "Secret": Role.CONFIGURATION,
}
