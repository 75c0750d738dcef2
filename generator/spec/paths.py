"""Name where the spec and an app's files lie."""

from __future__ import annotations

from typing import Final

SPEC: Final = "generator.yaml"
# The name of every kustomization here; kustomize knows two more.
KUSTOMIZATION: Final = "kustomization.yaml"
OTHER_NAMES: Final = ("kustomization.yml", "Kustomization")


def renaming(folder: str, name: str) -> str:
    """Return the command that gives a kustomization the one name that all commands look for."""
    return f"git mv {folder}/{name} {folder}/{KUSTOMIZATION}"


def base_path(app: str) -> str:
    """Return the folder of an app's base."""
    return f"base/{app}"


def overlay_path(environment: str, app: str) -> str:
    """Return the folder of an app's overlay in one environment."""
    return f"overlays/{environment}/{app}"


def copy_path(environment: str, app: str) -> str:
    """Return the folder of an environment's own copy of an app's base, where changes of the base are promoted."""
    return f"{overlay_path(environment, app)}/base"


def overlays_path(environment: str = "") -> str:
    """Return the folder of all overlays, or of those of one environment."""
    return f"overlays/{environment}".rstrip("/")
