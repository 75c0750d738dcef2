"""HorizontalPodAutoscaler: sets the number of pods by load."""

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
    """Return the autoscaler if the spec has ``autoscale``."""
    about, scaled = workload.autoscale, workloads.of(workload)
    if not about or scaled.REPLICAS_PATH is None:
        return None
    # In the order in which the controller writes them back; otherwise, Argo CD would always show a difference.
    targets = {name: about[name] for name in ("memory", "cpu") if about.get(name)}
    if not targets and not about.get("metrics"):
        targets = {"cpu": DEFAULT_CPU_PERCENT}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": KIND,
        "metadata": metadata(workload),
        "spec": {
            "scaleTargetRef": target(workload),
            "minReplicas": about["min"],
            "maxReplicas": about["max"],
            "metrics": [*(about.get("metrics") or ()), *map(_used, targets.items())],
            **({"behavior": about["behavior"]} if about.get("behavior") else {}),
        },
    }


def _used(target: tuple[str, int]) -> dict[str, Any]:
    """Return the metric for a resource's name and the target percentage."""
    name, percent = target
    return {
        "type": "Resource",
        "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": percent}},
    }


def target(workload: Workload) -> dict[str, str]:
    """Return the object that scales the pods: the workload, or the Rollout that refers to it."""
    kind = progressive_rollout if workload.settings.get(progressive_rollout.FIELD) else workloads.of(workload)
    return {"apiVersion": kind.API, "kind": kind.KIND, "name": workload.name}
