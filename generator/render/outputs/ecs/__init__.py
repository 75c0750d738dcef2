"""ECS on Fargate: an app's overlay has a task definition and a service for each workload, in the shape of AWS' API.

The overlay's kustomization has the entry of the image, as on EKS, so that builds, promotions and rollbacks work in the
same way. `deploy` combines both; Argo CD reads neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.render.file import File
from generator.spec import targets
from generator.spec.model import App

if TYPE_CHECKING:
    from generator.spec.model import AnyApp, Spec


def render_project(_spec: Spec) -> Iterator[File]:
    """Yield nothing: all files belong to an app."""
    yield from ()


def render_app(spec: Spec, app: AnyApp) -> Iterator[File]:
    """Yield the overlays of the environments where an app runs on ECS."""
    if not isinstance(app, App):
        return
    for environment in app.environments:
        if app.target_in(environment) == targets.ECS:
            from generator.render.outputs.ecs import overlay  # Imported here, because only apps on ECS need it.

            yield from overlay.render(spec, app, environment)
