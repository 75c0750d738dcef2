"""AWS CodeBuild: ``buildspec.yml`` tests, builds and pushes apps that have their source here, and commits the tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from generator.outputs import pipeline
from generator.outputs.file import File, yaml_file
from generator.outputs.pipeline import Phase, Pipeline, Step
from generator.spec.model import App, Spec

PATH: Final = "buildspec.yml"
HEADER: Final = """\
# Generated from generator.yaml. Edit it as you like: your changes are kept.
# AWS CodeBuild: test, build, push; then commit the new tag and digest into the overlays,
# from where Argo CD takes them. Nothing is committed unless every phase before succeeded.
"""
# CodeBuild runs post_build after a failed build, too.
_GUARD: Final = """\
if [ "${CODEBUILD_BUILD_SUCCEEDING:-0}" != 1 ]; then
  echo "error: an earlier phase failed; nothing is committed" >&2
  exit 1
fi
"""
_TAG: Final = (
    # Ordered by build number, and traceable to its commit.
    'export TAG="${CODEBUILD_BUILD_NUMBER}-${CODEBUILD_RESOLVED_SOURCE_VERSION:0:12}"',
    # A commit that only releases changes no source, so that no build starts another.
    'APPS=$(python -m generator changed) && export APPS && echo "tag $TAG, to build: ${APPS:-nothing}"',
)
# An App's token lasts an hour, so it is fetched when it is needed.
_AS_APP: Final = "export GIT_USERNAME=x-access-token && GIT_TOKEN=$(python -m generator token) && export GIT_TOKEN"


def render_app(_spec: Spec, _app: App) -> Iterator[File]:
    """Nothing: one file builds all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Nothing where no app has its source in this repository, or CodeBuild is not wanted."""
    found = pipeline.pipeline(spec)
    if found is None or spec.ci.get("codebuild") is False:
        return
    content = {
        "version": 0.2,
        "env": {"shell": "bash", **credentials(spec), "exported-variables": ["TAG"]},
        "phases": {
            "install": install(spec, pipeline.install(spec, forge=bool(spec.ci.get("github_app")))),
            "pre_build": _phase([*_TAG, *_commands(found, "prepare")]),
            "build": _phase([*_commands(found, "test"), *_commands(found, "build")]),
            "post_build": _phase([_GUARD, *_commands(found, "scan"), *_token(spec), *_commands(found, "release")]),
        },
        **_reports(found),
    }
    yield yaml_file(PATH, content, header=HEADER)


def install(spec: Spec, command: str) -> dict[str, Any]:
    """The phase that brings Python and the generator."""
    versions = {"python": "3.11", **{name: str(v) for name, v in spec.ci.get("runtime", {}).items()}}
    return {"on-failure": "ABORT", "runtime-versions": versions, "commands": [command]}


def credentials(spec: Spec) -> dict[str, Any]:
    """What lets git in: as environment variables, which reach it through a credential helper that `bump` sets up."""
    app, secret = spec.ci.get("github_app"), spec.ci.get("credentials")
    if app:
        return {
            "variables": {"GITHUB_APP_ID": app["id"]},
            "secrets-manager": {"GITHUB_APP_PRIVATE_KEY": f"{app['secret']}:private_key"},
        }
    if secret:
        return {"secrets-manager": {"GIT_USERNAME": f"{secret}:username", "GIT_TOKEN": f"{secret}:token"}}
    return {"git-credential-helper": "yes"}


def _phase(commands: list[str]) -> dict[str, Any]:
    return {"on-failure": "ABORT", "commands": commands}


def _token(spec: Spec) -> list[str]:
    return [f'if [ -n "$APPS" ]; then {_AS_APP}; fi'] if spec.ci.get("github_app") else []


def _commands(found: Pipeline, phase: Phase) -> list[str]:
    return [_command(step) for step in found.steps if step.phase == phase]


def _command(step: Step) -> str:
    """A step as one command: CodeBuild runs each as a script of its own, and goes on after a line that fails."""
    if not step.app:
        return f'if [ -n "$APPS" ]; then {" && ".join(step.commands)}; fi'
    lines = [*([f"cd {step.folder}"] if step.folder else []), *step.commands]
    # What people write over several lines may hold a here-document, which no space may be put before.
    indent = "" if step.folder and any("\n" in line for line in lines) else "  "
    body = "".join(f"{indent}{line}\n" for command in lines for line in command.rstrip("\n").split("\n"))
    return f'if [[ " $APPS " == *" {step.app} "* ]]; then ( set -e  # {step.name}\n{body}) fi\n'


def _reports(found: Pipeline) -> dict[str, Any]:
    if not found.reports:
        return {}
    groups = {
        report.app: {
            "files": list(report.files),
            "base-directory": report.folder,
            "file-format": "JUNITXML",
        }
        for report in found.reports
    }
    return {"reports": groups}
