"""Kinds with pods that only users write. `validate`, `wait` and `status` support them, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from generator.render.kinds.kind import Role
from generator.render.kinds.workloads.rollout import Rollout, by_replicas

_TEMPLATE: Final = ("spec", "template")

# The paths of the pods' templates, by kind.
POD_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "Pod": (),
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "Rollout": _TEMPLATE,
}
ROLLOUTS: Final[Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Rollout]]] = {
    # A Rollout of Argo Rollouts has the same numbers in its status as a Deployment.
    ("argoproj.io", "Rollout"): by_replicas,
}
ROLES: Final[Mapping[str, Role]] = {
    "ConfigMap": Role.CONFIGURATION,
    "Secret": Role.CONFIGURATION,
}
