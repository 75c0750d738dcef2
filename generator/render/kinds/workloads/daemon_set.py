"""DaemonSet: one pod on each node."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata, reloaded, selector
from generator.render.kinds.workloads.rollout import by_nodes
from generator.render.kinds.workloads.template import replaced, settings, template
from generator.spec.workload import Workload

FILE: Final = "daemonset.yaml"
GROUP: Final = "apps"
KIND: Final = "DaemonSet"
ROLE: Final = Role.WORKLOAD
SCOPE: Final = Scope.WORKLOAD
API: Final = "apps/v1"
POD_PATH: Final = ("spec", "template")
REPLICAS_PATH: Final = None
CREATES: Final = frozenset({("apps", "ControllerRevision"), ("", "Pod")})

rollout = by_nodes


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the DaemonSet if the workload is one."""
    if workload.kind != KIND:
        return None
    about = metadata(workload, annotations=reloaded(workload))
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {**about, "labels": {**about["labels"], **workload.labels}},
        "spec": {
            "selector": {"matchLabels": selector(workload)},
            **replaced(workload, "updateStrategy"),
            **settings(workload, "minReadySeconds", "revisionHistoryLimit"),
            "template": template(workload),
        },
    }
