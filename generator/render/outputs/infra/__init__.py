"""``infra/``: the AWS accounts under the clusters, as Terraform of our own.

``bootstrap`` holds where Terraform keeps its states and who may run it, ``shared`` what all environments
share, and ``environments/<env>`` each environment, with a state of its own. They call small modules in ``modules/``,
of which those are there that are in use.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.render.file import File
from generator.spec.model import AnyApp, Spec


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Render nothing: what an app has in an account is in its environment's state."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Render nothing where the spec says nothing of AWS."""
    if spec.infra is None:
        return
    from generator.render.outputs.infra import configurations

    yield from configurations.files(spec, spec.infra)
