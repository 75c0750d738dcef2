"""What all our objects have in common: names, labels, and the order of a sync."""

from __future__ import annotations

from typing import Any, Final

from generator.spec.model import Workload

SYNC_WAVE: Final = "argocd.argoproj.io/sync-wave"
# A migration needs its configuration before it and the pods after it.
BEFORE_MIGRATION: Final = {SYNC_WAVE: "-2"}
MIGRATION_WAVE: Final = "-1"


def selector(workload: Workload) -> dict[str, str]:
    """The labels that tell this workload's pods from all others. They can never change."""
    return {"app.kubernetes.io/name": workload.name}


def labels(workload: Workload) -> dict[str, str]:
    """The labels of every object of a workload."""
    return {**selector(workload), "app.kubernetes.io/part-of": workload.project}


def metadata(workload: Workload, name: str = "", annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """An object's metadata; its name is the workload's unless another is given."""
    return {
        "name": name or workload.name,
        "labels": labels(workload),
        **({"annotations": annotations} if annotations else {}),
    }


def before_migration(workload: Workload) -> dict[str, str]:
    """Annotations for what a migration job reads; empty where there is no such job."""
    return dict(BEFORE_MIGRATION) if workload.migration else {}


def config_name(workload: Workload) -> str:
    """The ConfigMap's name, before kustomize adds its hash."""
    return f"{workload.name}-config"


def secret_name(workload: Workload) -> str:
    """The name of the Secret that the ExternalSecret makes."""
    return f"{workload.name}-secrets"
