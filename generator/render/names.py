"""Names of Applications and AppProjects. They must not change, because a new name means a deletion and a new object."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.spec.model import Spec


def application_name(spec: Spec, environment: str, app: str, cluster: str = "") -> str:
    """Return the name of an Application; unique in Argo CD, because all projects share its namespace.

    The name contains the cluster, except for the environment's first cluster: so it does not change when clusters
    are added. An adopted Application keeps its name.
    """
    name = spec.named.get((environment, app)) or f"{spec.project}-{environment}-{app}"
    return f"{name}-{cluster}" if cluster else name


def application_names(spec: Spec, environment: str, app: str) -> list[str]:
    """Return the names of an app's Applications, one for each cluster; without those of an ApplicationSet."""
    place = spec.environments[environment]
    return (
        []
        if place.selector or place.pull_requests
        else [application_name(spec, environment, app, one.name) for one in place.clusters]
    )


def labels(spec: Spec, environment: str, app: str) -> dict[str, str]:
    """Return the labels of an app's Applications in an environment."""
    return {"app.kubernetes.io/name": app, f"{spec.project}/environment": environment}


def project_name(spec: Spec, environment: str) -> str:
    """Return the name of an environment's AppProject.

    The parts are separated by a dot, which neither can contain, so names are unique in an Argo CD.
    """
    return f"{spec.project}.{environment}"


def root_name(spec: Spec) -> str:
    """Return the name of the root Application and of its AppProject."""
    return f"{spec.project}-bootstrap"


def former_project_name(spec: Spec) -> str:
    """Return the name of the AppProject that all environments shared in former versions."""
    return spec.project


def project_names(spec: Spec) -> list[str]:
    """Return the names of all AppProjects that may contain the spec's Applications, including the former one."""
    return [*(project_name(spec, environment) for environment in spec.environments), former_project_name(spec)]
