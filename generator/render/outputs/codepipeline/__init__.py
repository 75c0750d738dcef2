"""AWS CodePipeline: one image goes through all environments; in each, the infrastructure comes first.

``stages`` has the order of jobs, ``buildspecs`` writes the jobs, ``terraform`` writes the pipeline for
``infra/shared/``, and ``workflow`` writes the same jobs for GitHub Actions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.render.file import File

if TYPE_CHECKING:
    from generator.spec.model import AnyApp, Spec


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Yield nothing: one pipeline delivers all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Yield the buildspecs if the spec asks for this pipeline."""
    if "codepipeline" not in spec.ci:
        return
    from generator.spec.stages import is_asked

    if not is_asked(spec.ci):
        return
    from generator.render.outputs.codepipeline import buildspecs

    yield from buildspecs.render(spec)
