"""ECS on Fargate: in an app's overlay a task definition and a service as AWS' own API takes them, for each workload.

Beside them, the overlay's kustomization has the entry of the image as on EKS, so that builds, promotions and
rollbacks set it in one way. `deploy` puts both together; Argo CD reads neither.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.render.file import File
from generator.spec import targets
from generator.spec.model import AnyApp, App, Spec


def render_project(_spec: Spec) -> Iterator[File]:
    """Render nothing: all of it belongs to some app."""
    yield from ()


def render_app(spec: Spec, app: AnyApp) -> Iterator[File]:
    """Render the overlays of the environments in which an app runs on ECS."""
    if not isinstance(app, App):
        return
    for environment in app.environments:
        if app.target_in(environment) == targets.ECS:
            from generator.render.outputs.ecs import overlay  # which no other app needs

            yield from overlay.render(spec, app, environment)
