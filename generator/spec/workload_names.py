"""The names of what Kubernetes has of a workload: its object, its additional Services, and the label of its pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.spec.plain_data import Data


def service_name(workload: str, name: str, about: Data) -> str:
    """Return the name of a workload's additional Service."""
    return about.get("name") or f"{workload}-{name}"


def object_name(app: str, key: str, given: Data) -> str:
    """Return the name of a workload's object."""
    return given.get("name") or (app if key == app else f"{app}-{key}")


def pods_label(app: str, key: str, name: str) -> str:
    """Return the label of a workload's pods.

    For an app's only workload it is the app's name, and can never change. Other labels differ from all app names.
    """
    return app if name == app else f"{app}.{key}"
