"""HorizontalPodAutoscaler: how many pods, by load."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds import progressive_rollout, workloads
from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata
from generator.spec.workload import Workload

FILE: Final = "hpa.yaml"
GROUP: Final = "autoscaling"
KIND: Final = "HorizontalPodAutoscaler"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.WORKLOAD

DEFAULT_CPU_PERCENT: Final = 70


def render(workload: Workload) -> dict[str, Any] | None:
    """Render one where the spec says ``autoscale``."""
    about, scaled = workload.autoscale, workloads.of(workload)
    if not about or scaled.REPLICAS_PATH is None:
        return None
    # In the order in which the controller writes them back, or Argo CD would see a difference for ever.
    targets = {name: about[name] for name in ("memory", "cpu") if about.get(name)} or {"cpu": DEFAULT_CPU_PERCENT}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": KIND,
        "metadata": metadata(workload),
        "spec": {
            "scaleTargetRef": _target(workload),
            "minReplicas": about["min"],
            "maxReplicas": about["max"],
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": percent}},
                }
                for name, percent in targets.items()
            ],
            **({"behavior": about["behavior"]} if about.get("behavior") else {}),
        },
    }


def _target(workload: Workload) -> dict[str, str]:
    """Return what has the pods: the workload, or the Rollout that refers to it."""
    kind = progressive_rollout if workload.settings.get(progressive_rollout.FIELD) else workloads.of(workload)
    return {"apiVersion": kind.API, "kind": kind.KIND, "name": workload.name}
