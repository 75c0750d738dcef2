"""Rollout: Argo Rollouts replaces the pods of a Deployment step by step.

The Rollout refers to the Deployment, which stays. So images, patches and overlays work as without a Rollout.
When the pods of the Rollout serve, its controller removes the pods of the Deployment.
"""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata
from generator.spec.plain_data import without_nulls
from generator.spec.workload import Workload

FILE: Final = "rollout.yaml"
GROUP: Final = "argoproj.io"
KIND: Final = "Rollout"
ROLE: Final = Role.WORKLOAD
SCOPE: Final = Scope.WORKLOAD

API: Final = "argoproj.io/v1alpha1"
_DEPLOYMENT: Final = {"apiVersion": "apps/v1", "kind": "Deployment"}
# The field of the spec that asks for this kind.
FIELD: Final = "rollout"
# The kinds that its controller makes in addition to those of the Deployment's controller.
CREATES: Final = frozenset({(GROUP, "AnalysisRun")})


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the Rollout if a Deployment has ``rollout``."""
    about = workload.settings.get(FIELD)
    if not about or workload.kind != _DEPLOYMENT["kind"]:
        return None
    deadline = workload.progress_deadline
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": metadata(workload),
        "spec": {
            **({"replicas": workload.replicas} if workload.replicas is not None else {}),
            "workloadRef": {
                **_DEPLOYMENT,
                "name": workload.name,
                # The old pods serve until the new ones do.
                "scaleDown": "onsuccess",
            },
            "strategy": _strategy(workload, about),
            **({"progressDeadlineSeconds": deadline} if deadline else {}),
        },
    }


def _strategy(workload: Workload, about: dict[str, Any]) -> dict[str, Any]:
    if about.get("blueGreen") is not None:
        return {"blueGreen": {"activeService": workload.name, **without_nulls(about["blueGreen"])}}
    return {"canary": without_nulls(about.get("canary") or {})}
