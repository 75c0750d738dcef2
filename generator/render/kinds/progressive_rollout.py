"""Rollout: how a new version comes bit by bit, by Argo Rollouts, with the pods that the Deployment describes.

The Deployment stays and is referred to, so that nothing else need know of it: images, patches and overlays are its own.
Once the pods of the Rollout serve, its controller takes away those of the Deployment.
"""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata
from generator.spec.override import without_nulls
from generator.spec.workload import Workload

FILE: Final = "rollout.yaml"
GROUP: Final = "argoproj.io"
KIND: Final = "Rollout"
ROLE: Final = Role.WORKLOAD
SCOPE: Final = Scope.WORKLOAD

API: Final = "argoproj.io/v1alpha1"
_DEPLOYMENT: Final = {"apiVersion": "apps/v1", "kind": "Deployment"}
# What apps ask for it by.
FIELD: Final = "rollout"
# What its controller makes beside what that of the Deployment does.
CREATES: Final = frozenset({(GROUP, "AnalysisRun")})


def render(workload: Workload) -> dict[str, Any] | None:
    """Render one where a Deployment says ``rollout``."""
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
                # Until the new pods serve, the old ones do.
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
