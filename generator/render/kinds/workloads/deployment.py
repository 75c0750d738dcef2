"""Deployment: pods that are all alike, and how a new version replaces the old one."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata, reloaded, selector
from generator.render.kinds.workloads.rollout import by_replicas
from generator.render.kinds.workloads.template import settings, template
from generator.spec.override import without_nulls
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
    """Return one where the workload is a Deployment; with no ``replicas`` where an autoscaler owns the number."""
    if workload.kind != KIND:
        return None
    deadline = workload.progress_deadline
    about = metadata(workload, annotations=reloaded(workload))
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {**about, "labels": {**about["labels"], **workload.labels}},
        "spec": {
            # With a rollout, its controller sets the number.
            **({"replicas": workload.replicas} if workload.replicas is not None and not _rolls(workload) else {}),
            "selector": {"matchLabels": selector(workload)},
            "strategy": _strategy(workload),
            **settings(workload, "minReadySeconds", "revisionHistoryLimit"),
            **({"progressDeadlineSeconds": deadline} if deadline else {}),
            "template": template(workload),
        },
    }


def _rolls(workload: Workload) -> bool:
    """Tell whether pods are replaced by Argo Rollouts."""
    return bool(workload.settings.get("rollout"))


def _strategy(workload: Workload) -> dict[str, Any]:
    """Return how pods are replaced: unless told otherwise, the old ones go on serving until the new ones are ready.

    With a claim that one node can mount, a new pod on another node would wait for the old one for ever.
    """
    given = workload.settings.get("strategy") or {}
    usual = "Recreate" if workload.has_volume_of_one_node else "RollingUpdate"
    if given.get("type", usual) == "Recreate":
        return {"type": "Recreate"}
    pace = {"maxSurge": 1, "maxUnavailable": 0}
    return {"type": "RollingUpdate", "rollingUpdate": {**pace, **without_nulls(given.get("rollingUpdate") or {})}}
