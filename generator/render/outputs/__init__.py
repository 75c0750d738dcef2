"""Render the repository: a module for each part of it, and their registry.

An output is a module with ``ROOTS``, ``render_project(spec)`` and ``render_app(spec,
app)``, which yield ``File`` objects. To add an output, write the module, add it to
``OUTPUTS``, and add a golden case.

The files of an app depend only on that app and on the project's part of the
spec: ``render_app`` cannot see other apps. So the files are only rendered again
if one of the two has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from generator.render.file import File
from generator.render.outputs import (
    argocd,
    charts,
    codebuild,
    codeowners,
    codepipeline,
    ecs,
    github_actions,
    infra,
    kustomize,
    preview_upkeep,
    pull_request_checks,
)
from generator.spec.model import AnyApp, Spec


class Output(Protocol):
    """One part of the generated repository."""

    def render_project(self, spec: Spec) -> Iterator[File]:
        """Yield the files that belong to no app alone, in a fixed order."""

    def render_app(self, spec: Spec, app: AnyApp) -> Iterator[File]:
        """Yield the files of one app, in a fixed order; ``spec`` has no apps."""


OUTPUTS: Final[tuple[Output, ...]] = (
    kustomize,
    ecs,
    charts,
    argocd,
    codebuild,
    codepipeline,
    github_actions,
    pull_request_checks,
    preview_upkeep,
    infra,
    codeowners,
)
