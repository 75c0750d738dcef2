"""AWS CodeBuild: ``buildspec.yml`` tests, builds and pushes apps with their source here, and commits the tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.render.file import File, yaml_file
from generator.render.outputs import pipeline_steps
from generator.render.outputs.codebuild_phases import changed, commands, environment, install, login, phase, reports

if TYPE_CHECKING:
    from generator.render.outputs.pipeline_steps import Phase
    from generator.spec.model import AnyApp, Spec

PATH: Final = "buildspec.yml"
HEADER: Final = """\
# Generated from generator.yaml. Edit it as you like: your changes are kept.
# AWS CodeBuild: test, build, push; then commit the new tag and digest into the overlays,
# from where Argo CD takes them. Nothing is committed unless every phase before succeeded.
"""
_BUILDING: Final[tuple[Phase, ...]] = ("test", "prepare", "build")
# CodeBuild also runs post_build after a failed build.
_GUARD: Final = """\
if [ "${CODEBUILD_BUILD_SUCCEEDING:-0}" != 1 ]; then
  echo "error: an earlier phase failed; nothing is committed" >&2
  exit 1
fi
"""


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Yield nothing: one file builds all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Yield ``buildspec.yml`` if an app has its source in this repository and CodeBuild is wanted."""
    found = pipeline_steps.pipeline(spec)
    if found is None or spec.ci.get("codebuild") is False:
        return
    content = {
        "version": 0.2,
        "env": {"shell": "bash", **environment(spec), "exported-variables": ["TAG"]},
        "phases": {
            "install": install(spec, pipeline_steps.install(spec)),
            "pre_build": phase(changed(spec)),
            # A failed test ends the phase, before any login.
            "build": phase([line for name in _BUILDING for line in commands(found, name)]),
            "post_build": phase([_GUARD, *commands(found, "scan"), *login(spec), *commands(found, "release")]),
        },
        **reports(found),
    }
    yield yaml_file(PATH, content, header=HEADER)
