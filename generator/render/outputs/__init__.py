"""Render the repository: a module for each part of it, and their registry.

An output is a module with ``render_project(spec)`` and ``render_app(spec, app)``, which yield ``File`` objects. To add
an output, write the module, add a line to ``OUTPUTS``, and add a golden case.

The files of an app depend only on that app and on the project's part of the
spec: ``render_app`` cannot see other apps. So the files are only rendered again
if one of the two has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from generator.spec import said

if TYPE_CHECKING:
    from generator.render.file import File
    from generator.spec.model import AnyApp, Spec


class Output(Protocol):
    """One part of the generated repository."""

    def render_project(self, spec: Spec, /) -> Iterator[File]:
        """Yield the files that belong to no app alone, in a fixed order."""

    def render_app(self, spec: Spec, app: AnyApp, /) -> Iterator[File]:
        """Yield the files of one app, in a fixed order; ``spec`` has no apps."""


# The outputs in the order in which they render, each with what a spec has that may get files from it: the module of
# an output is loaded for no other spec.
OUTPUTS: Final[Mapping[str, Callable[[Spec], object]]] = {
    "kustomize": lambda spec: spec.described,
    "ecs": lambda spec: spec.aws,
    "charts": lambda spec: spec.charts,
    "argocd": lambda spec: spec.environments,
    "codebuild": lambda spec: spec.ci.get("codebuild") is not False and _has_builds(spec),
    "codepipeline": lambda spec: "codepipeline" in spec.ci,
    "github_actions": lambda spec: spec.ci.get("github"),
    "pull_request_checks": lambda spec: spec.ci.get("github") or spec.ci.get("checks"),
    "preview_upkeep": lambda spec: spec.ci.get("github") and _has_previews(spec),
    "infra": lambda spec: spec.infra,
    "codeowners": lambda spec: _has_approvers(spec) or said.owners(spec.data),
}


def needed(spec: Spec) -> list[Output]:
    """Return the outputs that a spec may get files from."""
    return [output(name) for name, is_needed in OUTPUTS.items() if is_needed(spec)]


def output(name: str) -> Output:
    """Return an output by its name."""
    module: Any = import_module(f"{__name__}.{name}")
    found: Output = module
    return found


def _has_builds(spec: Spec) -> bool:
    return any(app.build for app in spec.apps.values())


def _has_approvers(spec: Spec) -> bool:
    return any(environment.approvers for environment in spec.environments.values())


def _has_previews(spec: Spec) -> bool:
    return any(environment.pull_requests for environment in spec.environments.values())
