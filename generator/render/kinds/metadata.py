"""Metadata that all kinds share: names, labels, and the order of a sync."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from generator.spec import workload_kinds

if TYPE_CHECKING:
    from generator.spec.workload import Workload

_NAME: Final = "app.kubernetes.io/name"
SYNC_WAVE: Final = "argocd.argoproj.io/sync-wave"
# The configuration must come before a migration, and the pods after it.
BEFORE_MIGRATION: Final = {SYNC_WAVE: "-2"}
MIGRATION_WAVE: Final = "-1"
# kubectl and Argo CD store the applied manifest in an annotation. All annotations may have 262,144 bytes. A value is
# longer there, because it is JSON within JSON.
CLIENT_SIDE_BYTES: Final = 100_000
SERVER_SIDE: Final = {"argocd.argoproj.io/sync-options": "ServerSideApply=true"}


def selector(workload: Workload) -> dict[str, str]:
    """Return the labels that only this workload's pods have. They can never change."""
    return {_NAME: workload.label}


def migration_selector(app: Workload) -> dict[str, str]:
    """Return the labels of an app's migration. The value has a dot, which no app's name has, so it is unique."""
    return {_NAME: f"{app.name}.migration"}


def all_pods(app: str, labels: Sequence[str]) -> dict[str, Any]:
    """Return a selector for the pods with these labels, and for those of the app's migration."""
    return {"matchExpressions": [{"key": _NAME, "operator": "In", "values": [*labels, f"{app}.migration"]}]}


def labels(workload: Workload) -> dict[str, str]:
    """Return the labels of all objects of a workload."""
    return {
        **selector(workload),
        **({} if workload.main else {"app.kubernetes.io/component": workload.key}),
        "app.kubernetes.io/part-of": workload.project,
    }


def metadata(workload: Workload, name: str = "", annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """Return an object's metadata; its name is the workload's unless another is given."""
    return {
        "name": name or workload.name,
        "labels": labels(workload),
        **({"annotations": annotations} if annotations else {}),
    }


def before_migration(workload: Workload) -> dict[str, str]:
    """Return annotations for objects that a migration needs; empty if there is no migration."""
    return dict(BEFORE_MIGRATION) if workload.migration else {}


def config_annotations(app: Workload, config: Mapping[str, str]) -> dict[str, str]:
    """Return annotations of a ConfigMap. A large one does not fit into the annotation of a client-side apply."""
    size = sum(len(key) + len(value.encode()) for key, value in config.items())
    return {**before_migration(app), **(SERVER_SIDE if size > CLIENT_SIDE_BYTES else {})}


def config_name(workload: Workload) -> str:
    """Return the name of the app's ConfigMap, before kustomize adds its hash."""
    return f"{workload.app}-config"


def own_config_name(workload: Workload) -> str:
    """Return the name of the ConfigMap with a workload's own configuration, before kustomize adds its hash."""
    return f"{workload.app}-{workload.key}-config"


def files_name(workload: Workload) -> str:
    """Return the name of the ConfigMap with a workload's files, before kustomize adds its hash."""
    return f"{workload.app}-{workload.key}-files" if workload.own_files else f"{workload.app}-files"


def reloaded(workload: Workload) -> dict[str, str]:
    """Return the annotation by which Stakater's Reloader restarts the pods, where the app asks for it."""
    about = workload.external_secret
    if not about.get("restart"):
        return {}
    whole = about.get("dataFrom") or workload.encrypted_secret is not None
    shared = [secret_name(workload)] if workload.shared_secrets or whole else []
    names = [*shared, *([own_secret_name(workload)] if workload.own_secrets else [])]
    return {"secret.reloader.stakater.com/reload": ",".join(names)} if names else {}


def secret_name(workload: Workload) -> str:
    """Return the name of the Secret that the app's ExternalSecret makes."""
    return f"{workload.app}-secrets"


def own_secret_name(workload: Workload) -> str:
    """Return the name of the Secret with a workload's own secrets."""
    return f"{workload.app}-{workload.key}-secrets"


def governing_service(workload: Workload) -> str:
    """Return the headless Service that names a StatefulSet's pods: the workload's own if it is headless, or another."""
    headless = workload.service is not None and workload.service.get("headless")
    return workload.name if headless and workload.ports else workload_kinds.headless_name(workload.name)
