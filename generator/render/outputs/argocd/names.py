"""Names of Applications and AppProjects. They are what runs: a name that changes is a deletion and a new object."""

from __future__ import annotations

from generator.spec.model import Spec


def application_name(spec: Spec, environment: str, app: str) -> str:
    """Return the name of an Application; unique in Argo CD, since projects share its namespace."""
    return f"{spec.project}-{environment}-{app}"


def project_name(spec: Spec, environment: str) -> str:
    """Return the name of an environment's AppProject.

    Neither part can hold a dot, so no two projects that share an Argo CD can have one name.
    """
    return f"{spec.project}.{environment}"


def root_name(spec: Spec) -> str:
    """Return the name of the root and of its AppProject."""
    return f"{spec.project}-bootstrap"


def former_project_name(spec: Spec) -> str:
    """Return the name of the one AppProject that all environments once had."""
    return spec.project


def project_names(spec: Spec) -> list[str]:
    """Return every AppProject that Applications of ours may be in, the former one included, until all have moved."""
    return [*(project_name(spec, environment) for environment in spec.environments), former_project_name(spec)]
