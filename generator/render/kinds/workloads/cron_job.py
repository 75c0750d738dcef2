"""CronJob: pods that run to an end, started by a schedule."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import labels, metadata
from generator.render.kinds.workloads.rollout import by_schedule
from generator.render.kinds.workloads.template import ending, settings
from generator.spec.workload import Workload

FILE: Final = "cronjob.yaml"
GROUP: Final = "batch"
KIND: Final = "CronJob"
ROLE: Final = Role.WORKLOAD
SCOPE: Final = Scope.WORKLOAD
API: Final = "batch/v1"
POD_PATH: Final = ("spec", "jobTemplate", "spec", "template")
REPLICAS_PATH: Final = None
CREATES: Final = frozenset({("batch", "Job"), ("", "Pod")})

rollout = by_schedule


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the CronJob if the workload is one. By default, a run does not start before the last one has ended."""
    if workload.kind != KIND:
        return None
    about = metadata(workload)
    own = {**about["labels"], **workload.labels}
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {**about, "labels": own},
        "spec": {
            "schedule": workload.settings["schedule"],
            **settings(workload, "timeZone"),
            "concurrencyPolicy": workload.settings.get("concurrencyPolicy", "Forbid"),
            **settings(
                workload,
                "startingDeadlineSeconds",
                "suspend",
                "successfulJobsHistoryLimit",
                "failedJobsHistoryLimit",
            ),
            "jobTemplate": {
                "metadata": {"labels": {**labels(workload), **workload.labels}},
                "spec": {
                    **settings(
                        workload,
                        "backoffLimit",
                        "activeDeadlineSeconds",
                        "completions",
                        "parallelism",
                        "ttlSecondsAfterFinished",
                    ),
                    "template": ending(workload),
                },
            },
        },
    }
