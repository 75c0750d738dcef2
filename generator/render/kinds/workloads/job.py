"""Job: pods that run to an end once for each version."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata
from generator.render.kinds.workloads.rollout import by_runs
from generator.render.kinds.workloads.template import ending, settings
from generator.spec.workload import Workload

FILE: Final = "job.yaml"
GROUP: Final = "batch"
KIND: Final = "Job"
ROLE: Final = Role.WORKLOAD
SCOPE: Final = Scope.WORKLOAD
API: Final = "batch/v1"
POD_PATH: Final = ("spec", "template")
REPLICAS_PATH: Final = None
CREATES: Final = frozenset({("", "Pod")})
# A Job cannot be changed. If it must change, Argo CD deletes it and makes a new one; otherwise it does nothing.
ANEW: Final = {"argocd.argoproj.io/sync-options": "Force=true"}

rollout = by_runs


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the Job if the workload is one."""
    if workload.kind != KIND:
        return None
    about = metadata(workload, annotations=ANEW)
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {**about, "labels": {**about["labels"], **workload.labels}},
        "spec": {
            **settings(workload, "backoffLimit", "activeDeadlineSeconds", "completions", "parallelism", "suspend"),
            "template": ending(workload),
        },
    }
