"""PodDisruptionBudget: how many pods may be evicted at once, for example when a node is drained."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata, selector
from generator.spec.workload import Workload

FILE: Final = "pdb.yaml"
GROUP: Final = "policy"
KIND: Final = "PodDisruptionBudget"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.WORKLOAD


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the budget if there is more than one pod. With one pod it would only block drains of nodes."""
    if workload.disruption is None:
        return None
    return {
        "apiVersion": "policy/v1",
        "kind": KIND,
        "metadata": metadata(workload),
        "spec": {
            **workload.disruption,
            # A pod that is not ready serves no requests, so it must not block the drain of a node.
            "unhealthyPodEvictionPolicy": workload.disruption.get("unhealthyPodEvictionPolicy", "AlwaysAllow"),
            "selector": {"matchLabels": selector(workload)},
        },
    }
