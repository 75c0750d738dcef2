"""Argo CD: an AppProject per environment that allows what its apps need and no more, their Applications, the root.

``kubectl apply -f gitops/bootstrap.yaml`` is all that a person ever applies.
Applications carry no finalizer: deleting one leaves its pods running.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.render.file import File, yaml_file
from generator.render.outputs.argocd import application, bootstrap, notifications, project
from generator.render.outputs.argocd.names import (
    application_name,
    application_names,
    former_project_name,
    labels,
    project_name,
    project_names,
    root_name,
)
from generator.spec import targets
from generator.spec.layout import APPLICATION, GITOPS, Location, application_path
from generator.spec.model import AnyApp, App, Environment, Spec

__all__ = [
    "application_name",
    "application_names",
    "former_project",
    "former_project_name",
    "labels",
    "leaving",
    "preview",
    "project_name",
    "project_names",
    "render_app",
    "render_project",
    "root_name",
]


def render_project(spec: Spec) -> Iterator[File]:
    """Render the root and the projects."""
    environments = [one for one in spec.environments.values() if not _without_kubernetes(spec, one)]
    if not environments:
        return
    yield yaml_file(f"{GITOPS}/bootstrap.yaml", bootstrap.project(spec), bootstrap.application(spec))
    for environment in environments:
        yield yaml_file(_project_path(project_name(spec, environment.name)), project.render(spec, environment))
    yield from notifications.render(spec)


def render_app(spec: Spec, app: AnyApp) -> Iterator[File]:
    """Render its Applications, by environment."""
    for environment in (spec.environments[name] for name in app.environments):
        if isinstance(app, App) and app.target_in(environment.name) != targets.EKS:
            continue
        path = application_path(environment.name, app.name)
        if environment.pull_requests or environment.selector:
            yield from _sets(spec, environment, app, path)
        else:
            documents = (application.render(spec, environment, app, one) for one in environment.clusters)
            yield yaml_file(path, *documents, app=app.name)


def _sets(spec: Spec, environment: Environment, app: AnyApp, path: str) -> Iterator[File]:
    """Render the ApplicationSet of an app where only Argo CD knows how many Applications there are."""
    from generator.render.outputs import previews  # most environments have none
    from generator.render.outputs.argocd import application_set

    if not environment.pull_requests:
        yield yaml_file(path, application_set.of_clusters(spec, environment, app), app=app.name)
    elif isinstance(app, App) and previews.has(environment, app):
        yield yaml_file(path, application_set.of_pull_requests(spec, environment, app), app=app.name)


def former_project(spec: Spec, former: Mapping[str, bytes]) -> str | None:
    """Return the file of that project, while there are Applications in it; by what was generated last.

    Argo CD prunes before it applies. So the file stays for the commit that moves the
    Applications to the projects of their environments, and goes with a later one.
    """
    path = _project_path(former_project_name(spec))
    inside = f"\n  project: {former_project_name(spec)}\n".encode()
    applications = (content for name, content in former.items() if Location.parse(name).kind == APPLICATION)
    return path if path in former and any(inside in content for content in applications) else None


def leaving(spec: Spec, former: Mapping[str, bytes]) -> Iterator[File]:
    """Render the projects that have to permit kinds which no app has any more; by what was generated last."""
    for environment in spec.environments.values():
        path = _project_path(project_name(spec, environment.name))
        if kinds := project.no_longer(spec, environment, former.get(path, b"")):
            yield yaml_file(path, project.render(spec, environment, kinds))


def preview(environment: Environment, app: App) -> dict[str, Any]:
    """Return what a preview of an app has beside its overlay, as Argo CD gives it to kustomize."""
    from generator.render.outputs.argocd import application_set

    return application_set.kustomize(environment, app)


def _without_kubernetes(spec: Spec, environment: Environment) -> bool:
    """Tell whether nothing of an environment is for Argo CD: it is on ECS, and no app in it says otherwise."""
    if not spec.aws or targets.of_environments(spec.data["environments"]).get(environment.name) != targets.ECS:
        return False
    return all(
        isinstance(app, App) and app.target_in(environment.name) == targets.ECS
        for app in spec.apps.values()
        if environment.name in app.environments
    )


def _project_path(name: str) -> str:
    return f"{GITOPS}/projects/{name}.yaml"
