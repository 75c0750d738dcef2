"""Argo CD: an AppProject for each environment with minimal rights, the Applications, and the root Application.

Users apply one file only: ``kubectl apply -f gitops/bootstrap.yaml``. Applications
have no finalizer, so the deletion of an Application does not delete its pods.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.render.file import File, yaml_file
from generator.render.outputs.argocd import application, bootstrap, notifications, project
from generator.spec import targets
from generator.spec.layout import GITOPS, application_path
from generator.spec.model import App

if TYPE_CHECKING:
    from generator.spec.environment import Environment
    from generator.spec.model import AnyApp, Spec


def render_project(spec: Spec) -> Iterator[File]:
    """Yield the files of the root and of the projects."""
    environments = [one for one in spec.environments.values() if not _without_kubernetes(spec, one)]
    if not environments:
        return
    yield yaml_file(f"{GITOPS}/bootstrap.yaml", bootstrap.project(spec), bootstrap.application(spec))
    rights = project.rights(spec)
    for environment in environments:
        yield yaml_file(project.path(spec, environment.name), project.render(spec, environment, rights))
    yield from notifications.render(spec)


def render_app(spec: Spec, app: AnyApp) -> Iterator[File]:
    """Yield the files of an app's Applications, in the order of environments."""
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
    """Yield the file of an app's ApplicationSet, if only Argo CD knows how many Applications there are."""
    from generator.render.outputs import previews  # Imported here: most environments have no ApplicationSet.
    from generator.render.outputs.argocd import application_set

    if not environment.pull_requests:
        yield yaml_file(path, application_set.of_clusters(spec, environment, app), app=app.name)
    elif isinstance(app, App) and previews.has(environment, app):
        yield yaml_file(path, application_set.of_pull_requests(spec, environment, app), app=app.name)


def _without_kubernetes(spec: Spec, environment: Environment) -> bool:
    """Tell whether Argo CD has nothing to do in an environment: all of its apps are on ECS."""
    if not spec.aws or targets.of_environments(spec.data["environments"]).get(environment.name) != targets.ECS:
        return False
    return all(
        isinstance(app, App) and app.target_in(environment.name) == targets.ECS
        for app in spec.apps.values()
        if environment.name in app.environments
    )
