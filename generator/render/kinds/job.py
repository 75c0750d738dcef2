"""Job: the migration, run with the new image before the pods of a new version start.

A hook of Argo CD in the Sync phase: its configuration comes in an earlier
wave, the pods in a later one, and a failed migration leaves the old pods be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from generator.render.kinds.kind import Role
from generator.render.kinds.metadata import MIGRATION_WAVE, SYNC_WAVE, metadata, migration_selector
from generator.render.kinds.pod import container, pod_spec
from generator.spec.workload import DEFAULT_MIGRATION_SECONDS, Workload

FILE: Final = "migration.yaml"
GROUP: Final = "batch"
KIND: Final = "Job"
ROLE: Final = Role.TASK

DEFAULT_RETRIES: Final = 2


def render(workload: Workload) -> dict[str, Any] | None:
    """Render one where the spec says ``migration``."""
    about = workload.migration
    if not about:
        return None
    main = {**container(replace(workload, command=tuple(about["command"]), args=())), "name": "migrate"}
    labels = {
        # Not the app's own name, or its Service would send requests to a migration. Its NetworkPolicy selects both.
        **migration_selector(workload),
        "app.kubernetes.io/component": "migration",
        "app.kubernetes.io/part-of": workload.project,
    }
    annotations = {
        "argocd.argoproj.io/hook": "Sync",
        # A Job cannot be changed, so each sync replaces the former one; it stays for its logs until then.
        "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
        SYNC_WAVE: MIGRATION_WAVE,
    }
    return {
        "apiVersion": "batch/v1",
        "kind": KIND,
        "metadata": {**metadata(workload, f"{workload.name}-migrate", annotations), "labels": labels},
        "spec": {
            "backoffLimit": about.get("retries", DEFAULT_RETRIES),
            "activeDeadlineSeconds": about.get("timeout", DEFAULT_MIGRATION_SECONDS),
            "template": {
                "metadata": {"labels": labels},
                "spec": {**pod_spec(workload, main), "restartPolicy": "Never"},
            },
        },
    }
