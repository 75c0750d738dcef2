"""AWS CodeBuild: ``buildspec.yml`` tests, builds and pushes every app that has its source here, then commits the tags.

Names reach the shell only after the spec's patterns have let them through
(none of them allows a space, a quote or ``$``); free text is quoted.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any, Final

from generator.outputs.file import File, yaml_file
from generator.spec.model import App, Build, Spec

PATH: Final = "buildspec.yml"
HEADER: Final = """\
# Generated from generator.yaml. Edit it as you like: your changes are kept.
# AWS CodeBuild: test, build, push; then commit the new tag and digest into the overlays,
# from where Argo CD takes them. Nothing is committed unless every phase before succeeded.
"""
ECR: Final = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
DEFAULT_INSTALL: Final = "python -m pip install --quiet gitops-generator"
# CodeBuild runs post_build after a failed build, too.
_GUARD: Final = """\
if [ "${CODEBUILD_BUILD_SUCCEEDING:-0}" != 1 ]; then
  echo "error: an earlier phase failed; nothing is pushed and nothing is committed" >&2
  exit 1
fi
"""


def render_app(_spec: Spec, _app: App) -> Iterator[File]:
    """Nothing: one file builds all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Nothing where no app has its source in this repository."""
    built = [(app, app.build) for app in spec.apps.values() if app.build]
    if not built:
        return
    content = {
        "version": 0.2,
        "env": _environment(spec),
        "phases": {
            "install": {
                "on-failure": "ABORT",
                "runtime-versions": {
                    "python": "3.11",
                    **{name: str(v) for name, v in spec.ci.get("runtime", {}).items()},
                },
                "commands": [spec.ci.get("install", DEFAULT_INSTALL)],
            },
            "pre_build": {"on-failure": "ABORT", "commands": _pre_build([app for app, _ in built])},
            "build": {"on-failure": "ABORT", "commands": [line for app, how in built for line in _build(app, how)]},
            "post_build": {
                "on-failure": "ABORT",
                "commands": [_GUARD, *(line for app, _ in built for line in _release(spec, app))],
            },
        },
    }
    yield yaml_file(PATH, content, header=HEADER)


def _environment(spec: Spec) -> dict[str, Any]:
    secret = spec.ci.get("credentials")
    if secret:
        # They reach git as environment variables, through a credential helper that `bump` sets up.
        access: dict[str, Any] = {
            "secrets-manager": {"GIT_USERNAME": f"{secret}:username", "GIT_TOKEN": f"{secret}:token"}
        }
    else:
        access = {"git-credential-helper": "yes"}
    return {"shell": "bash", **access, "exported-variables": ["TAG"]}


def _pre_build(apps: list[App]) -> list[str]:
    commands = [
        # Ordered by build number, and traceable to its commit.
        'export TAG="${CODEBUILD_BUILD_NUMBER}-${CODEBUILD_RESOLVED_SOURCE_VERSION:0:12}"',
        'echo "tag $TAG"',
    ]
    for host in dict.fromkeys(app.image.partition("/")[0] for app in apps):
        found = ECR.fullmatch(host)
        if found:
            commands.append(
                f"aws ecr get-login-password --region {found['region']}"
                f" | docker login --username AWS --password-stdin {host}"
            )
    return commands


def _build(app: App, how: Build) -> list[str]:
    arguments = "".join(f" --build-arg {name}={_with_tag(value)}" for name, value in how.args.items())
    return [
        *(f"(cd {how.source} && {command})" for command in how.test),
        f'docker build{arguments} --file {how.source}/{how.dockerfile} --tag "{app.image}:$TAG" {how.source}',
    ]


def _with_tag(value: str) -> str:
    """``value`` quoted for the shell, but for ``$TAG``."""
    return '"$TAG"'.join(shlex.quote(part) if part else "" for part in value.split("$TAG")) or "''"


def _release(spec: Spec, app: App) -> list[str]:
    host, _, repository = app.image.partition("/")
    found = ECR.fullmatch(host)
    environment = spec.ci.get("environment") or next(iter(spec.environments))
    if found:
        # Asking ECR proves that the image is there before anything refers to it.
        digest = (
            f"aws ecr describe-images --region {found['region']} --registry-id {found['account']}"
            f' --repository-name {repository} --image-ids imageTag="$TAG"'
            " --query 'imageDetails[0].imageDigest' --output text"
        )
    else:
        digest = f"docker inspect --format '{{{{index .RepoDigests 0}}}}' \"{app.image}:$TAG\" | sed 's/.*@//'"
    return [
        f'docker push "{app.image}:$TAG"',
        f"DIGEST=$({digest})",
        f'python -m generator bump {app.name} --env {environment} --tag "$TAG" --digest "$DIGEST" --push',
    ]
