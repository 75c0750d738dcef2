"""Job: the migration, which runs with the new image before the pods of a new version start.

It is a hook of Argo CD in the Sync phase. Its configuration is in an earlier
wave, the pods are in a later one. If the migration fails, the old pods stay.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import MIGRATION_WAVE, SYNC_WAVE, metadata, migration_selector
from generator.render.kinds.pod import container, pod_spec
from generator.spec.instance import Instance
from generator.spec.plain_data import Data
from generator.spec.workload import DEFAULT_MIGRATION_SECONDS, Workload

FILE: Final = "migration.yaml"
GROUP: Final = "batch"
KIND: Final = "Job"
ROLE: Final = Role.TASK
SCOPE: Final = Scope.APP

DEFAULT_RETRIES: Final = 2
_OF_SERVING_PODS: Final = frozenset({"containers", "readinessGates"})
_OF_SERVING: Final = frozenset(
    {"command", "args", "ports", "lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}
)


def render(app: Instance) -> dict[str, Any] | None:
    """Return the Job if the app has ``migration``; it runs once, before all workloads of the app."""
    workload = app.general
    about = workload.migration
    if not about:
        return None
    alone = _alone(workload, tuple(about["command"]))
    main = {**container(alone), "name": "migrate"}
    labels = {
        # Another label than the app's, so that its Service sends it no requests. The NetworkPolicy selects both.
        **migration_selector(workload),
        "app.kubernetes.io/component": "migration",
        "app.kubernetes.io/part-of": workload.project,
    }
    annotations = {
        "argocd.argoproj.io/hook": "Sync",
        # A Job cannot be changed, so each sync replaces the former one. Until then it stays, for its logs.
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
                "spec": {**pod_spec(alone, main), "restartPolicy": "Never"},
            },
        },
    }


def _alone(workload: Workload, command: tuple[str, ...]) -> Workload:
    """Return the workload of the migration: without parts that serve requests, or prevent its start or end.

    A second container would never end, and pods that still run may use a volume claim. Native sidecars end with the
    Job, so they stay.
    """
    claims = {volume.get("name") for volume in workload.pod.get("volumes") or [] if volume.get("persistentVolumeClaim")}
    pod = {name: value for name, value in workload.pod.items() if name not in _OF_SERVING_PODS}
    if gone := claims | _of_dropped(workload.pod):
        pod["volumes"] = [volume for volume in pod.get("volumes") or [] if volume.get("name") not in gone]
    if pod.get("initContainers"):
        pod["initContainers"] = [_unmounted(item, claims) for item in pod["initContainers"]]
    main = {name: value for name, value in workload.container.items() if name not in _OF_SERVING}
    # A pooler may use another connection for each transaction, but a migration may need a single one.
    direct = tuple(replace(database, pooled=False) for database in workload.databases)
    return replace(
        workload, command=command, args=(), container=_unmounted(main, claims), pod=pod, settings={}, databases=direct
    )


def _of_dropped(pod: Data) -> set[object]:
    """Return the names of empty volumes that only removed containers mount."""
    mounted, kept = (
        {mount.get("name") for item in pod.get(group) or [] for mount in item.get("volumeMounts") or []}
        for group in ("containers", "initContainers")
    )
    return {item.get("name") for item in pod.get("volumes") or [] if "emptyDir" in item} & (mounted - kept)


def _unmounted(container: Data, claims: Collection[object]) -> dict[str, Any]:
    """Return a container without the mounts of these volumes."""
    mounts = container.get("volumeMounts")
    if not mounts or not claims:
        return dict(container)
    return {**container, "volumeMounts": [mount for mount in mounts if mount.get("name") not in claims]}
