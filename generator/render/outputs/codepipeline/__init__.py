"""AWS CodePipeline: one image, built once, through all environments, each with its infrastructure first.

``stages`` says what follows what; ``buildspecs`` writes the jobs, ``terraform`` gives the pipeline itself to
``infra/shared/``, and ``workflow`` writes the GitHub Actions twin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.render.file import File

if TYPE_CHECKING:
    from generator.spec.model import AnyApp, Spec


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Render nothing: one pipeline delivers all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Render nothing where the spec asks for no such pipeline."""
    if "codepipeline" not in spec.ci:
        return
    from generator.spec.stages import is_asked

    if not is_asked(spec.ci):
        return
    from generator.render.outputs.codepipeline import buildspecs

    yield from buildspecs.render(spec)
