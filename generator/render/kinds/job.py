"""Job: the migration, run with the new image before the pods of a new version start.

A hook of Argo CD in the Sync phase: its configuration comes in an earlier
wave, the pods in a later one, and a failed migration leaves the old pods be.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import MIGRATION_WAVE, SYNC_WAVE, metadata, migration_selector
from generator.render.kinds.pod import container, pod_spec
from generator.spec.instance import Instance
from generator.spec.workload import DEFAULT_MIGRATION_SECONDS, Data, Workload

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
    """Render one where the app says ``migration``: one, before all of its workloads."""
    workload = app.general
    about = workload.migration
    if not about:
        return None
    alone = _alone(workload, tuple(about["command"]))
    main = {**container(alone), "name": "migrate"}
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
                "spec": {**pod_spec(alone, main), "restartPolicy": "Never"},
            },
        },
    }


def _alone(workload: Workload, command: tuple[str, ...]) -> Workload:
    """Return what the migration runs: without what serves requests, or would keep the Job from ending or starting.

    A container beside it never ends, and a volume claim may be held by the pods that still run. Native sidecars end
    with the Job, and stay.
    """
    claims = {volume.get("name") for volume in workload.pod.get("volumes") or [] if volume.get("persistentVolumeClaim")}
    pod = {name: value for name, value in workload.pod.items() if name not in _OF_SERVING_PODS}
    if gone := claims | _of_dropped(workload.pod):
        pod["volumes"] = [volume for volume in pod.get("volumes") or [] if volume.get("name") not in gone]
    if pod.get("initContainers"):
        pod["initContainers"] = [_unmounted(item, claims) for item in pod["initContainers"]]
    main = {name: value for name, value in workload.container.items() if name not in _OF_SERVING}
    # A pooler may hand each transaction to another connection, and a migration may need one for itself.
    direct = tuple(replace(database, pooled=False) for database in workload.databases)
    return replace(
        workload, command=command, args=(), container=_unmounted(main, claims), pod=pod, settings={}, databases=direct
    )


def _of_dropped(pod: Data) -> set[object]:
    """Return the empty folders that only containers have which the migration is without."""
    mounted, kept = (
        {mount.get("name") for item in pod.get(group) or [] for mount in item.get("volumeMounts") or []}
        for group in ("containers", "initContainers")
    )
    return {item.get("name") for item in pod.get("volumes") or [] if "emptyDir" in item} & (mounted - kept)


def _unmounted(container: Data, claims: Collection[object]) -> dict[str, Any]:
    """Return a container without its mounts of some volumes."""
    mounts = container.get("volumeMounts")
    if not mounts or not claims:
        return dict(container)
    return {**container, "volumeMounts": [mount for mount in mounts if mount.get("name") not in claims]}
