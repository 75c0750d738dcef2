"""What we write: one module for each part of the repository, and the registry.

An output is a module with ``render_project(spec)`` and ``render_app(spec, app)``,
which yield ``File`` objects. To add one: write the module, put it into
``OUTPUTS``, and add a test.

The files of an app follow from the project's part of the spec and that app
alone: its renderers are not shown any other. So they need not be rendered
again while both are the same.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from typing import Final, Protocol

from generator.errors import GeneratorError
from generator.render.outputs import argocd, codebuild, codeowners, github_actions, kustomize, pull_request_checks
from generator.render.outputs.file import File
from generator.spec.model import App, Spec


class Output(Protocol):
    """One part of the generated repository."""

    def render_project(self, spec: Spec) -> Iterator[File]:
        """The files that belong to no app alone, in a fixed order."""

    def render_app(self, spec: Spec, app: App) -> Iterator[File]:
        """The files of one app, in a fixed order; ``spec`` has no apps."""


OUTPUTS: Final[tuple[Output, ...]] = (kustomize, argocd, codebuild, github_actions, pull_request_checks, codeowners)


def render(spec: Spec, leave_out: Container[str] = ()) -> dict[str, File]:
    """All files of a repository by path, but for those of the apps to leave out; the same bytes for the same spec."""
    files: dict[str, File] = {}
    for file in _render(spec, leave_out):
        if file.path in files:
            raise GeneratorError(f"{file.path}: two apps would both be written here", "rename one of them")
        files[file.path] = file
    return files


def _render(spec: Spec, leave_out: Container[str]) -> Iterator[File]:
    alone = replace(spec, apps={}, data={})
    for output in OUTPUTS:
        yield from output.render_project(spec)
        for name, app in spec.apps.items():
            if name not in leave_out:
                yield from output.render_app(alone, app)
