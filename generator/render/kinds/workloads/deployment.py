"""Deployment: equal pods, and the way in which a new version replaces the old one."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata, reloaded, selector
from generator.render.kinds.workloads.rollout import by_replicas
from generator.render.kinds.workloads.template import settings, template
from generator.spec.plain_data import without_nulls
from generator.spec.workload import Workload

FILE: Final = "deployment.yaml"
GROUP: Final = "apps"
KIND: Final = "Deployment"
ROLE: Final = Role.WORKLOAD
SCOPE: Final = Scope.WORKLOAD
API: Final = "apps/v1"
POD_PATH: Final = ("spec", "template")
REPLICAS_PATH: Final = ("spec", "replicas")
CREATES: Final = frozenset({("apps", "ReplicaSet"), ("", "Pod")})

rollout = by_replicas


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the Deployment if the workload is one; without ``replicas`` if an autoscaler sets the number."""
    if workload.kind != KIND:
        return None
    deadline = workload.progress_deadline
    about = metadata(workload, annotations=reloaded(workload))
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {**about, "labels": {**about["labels"], **workload.labels}},
        "spec": {
            # With a Rollout, the controller of the Rollout sets the number.
            **({"replicas": workload.replicas} if workload.replicas is not None and not _rolls(workload) else {}),
            "selector": {"matchLabels": selector(workload)},
            "strategy": _strategy(workload),
            **settings(workload, "minReadySeconds", "revisionHistoryLimit"),
            **({"progressDeadlineSeconds": deadline} if deadline else {}),
            "template": template(workload),
        },
    }


def _rolls(workload: Workload) -> bool:
    """Tell whether Argo Rollouts replaces the pods."""
    return bool(workload.settings.get("rollout"))


def _strategy(workload: Workload) -> dict[str, Any]:
    """Return the strategy of updates. By default, the old pods serve until the new ones are ready.

    If the pods share a claim for one node, the old pods end first: otherwise, a new pod on another node would wait for
    the claim forever.
    """
    given = workload.settings.get("strategy") or {}
    usual = "Recreate" if workload.has_volume_of_one_node else "RollingUpdate"
    if given.get("type", usual) == "Recreate":
        return {"type": "Recreate"}
    pace = {"maxSurge": 1, "maxUnavailable": 0}
    return {"type": "RollingUpdate", "rollingUpdate": {**pace, **without_nulls(given.get("rollingUpdate") or {})}}
