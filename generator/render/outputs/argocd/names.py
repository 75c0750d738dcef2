"""Names of Applications and AppProjects. They are what runs: a name that changes is a deletion and a new object."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.spec.model import Spec


def application_name(spec: Spec, environment: str, app: str, cluster: str = "") -> str:
    """Return the name of an Application; unique in Argo CD, since projects share its namespace.

    That in the environment's own cluster has none in its name, so that it stays when further clusters come. One that
    was there before keeps its name.
    """
    name = spec.named.get((environment, app)) or f"{spec.project}-{environment}-{app}"
    return f"{name}-{cluster}" if cluster else name


def application_names(spec: Spec, environment: str, app: str) -> list[str]:
    """Return the names of an app's Applications, one for each cluster; those that a set makes are not known."""
    place = spec.environments[environment]
    return (
        []
        if place.selector or place.pull_requests
        else [application_name(spec, environment, app, one.name) for one in place.clusters]
    )


def labels(spec: Spec, environment: str, app: str) -> dict[str, str]:
    """Return the labels by which Applications of an app in an environment are found."""
    return {"app.kubernetes.io/name": app, f"{spec.project}/environment": environment}


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
