"""The phases of AWS CodeBuild's buildspecs: credentials, logins, and the commands of steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from generator.render.outputs import pipeline_steps

if TYPE_CHECKING:
    from generator.render.outputs.pipeline_steps import Phase, Pipeline, Step
    from generator.spec.model import Spec

# The tag has the build's number for the order, and the commit.
_TAG: Final = 'export TAG="${CODEBUILD_BUILD_NUMBER}-${CODEBUILD_RESOLVED_SOURCE_VERSION:0:12}"'
# A commit that only releases does not change sources, so a build does not start another one.
_CHANGED: Final = f"{pipeline_steps.GENERATOR} changed"
_TELL: Final = 'export APPS && echo "tag $TAG, to build: ${APPS:-nothing}"'
_FIELD: Final = "python -P -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])'"
# The variables with the address of the credentials of the build's role. A test could still find the address: see docs.
WITHOUT_ROLE: Final = (
    "unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN"
    " AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"
)


def install(spec: Spec, command: str) -> dict[str, Any]:
    """Return the phase that installs Python and the generator."""
    versions = {"python": "3.11", **{name: str(v) for name, v in spec.ci.get("runtime", {}).items()}}
    return {"on-failure": "ABORT", "runtime-versions": versions, "commands": [command]}


def environment(spec: Spec) -> dict[str, Any]:
    """Return the variables for all phases. They contain no secrets, because tests would see them, too."""
    if app := spec.ci.get("githubApp"):
        return {"variables": {"GITHUB_APP_ID": app["id"]}}
    return {} if spec.ci.get("credentials") else {"git-credential-helper": "yes"}


def allowed(spec: Spec, command: str) -> str:
    """Return a command that gets the credentials for git and the forge; later commands do not get them."""
    app = spec.ci.get("githubApp")
    lines = _private_key(app["secret"]) if app else _user_and_token(spec)
    return f"(\n{_chain([*lines, command])})\n" if lines else command


def granted(spec: Spec, script: str) -> str:
    """Return a script of several lines that may push, as one command that ends at the first line that fails."""
    lines = "".join(f"{line}\n" for line in _credentials(spec))
    return f"( set -e\n{lines}{script})\n"


def changed(spec: Spec, *, whole: bool = False) -> list[str]:
    """Return the commands that find the apps to build.

    They fetch the commit to compare with, unless the source is a ``whole`` clone.
    """
    lines = [] if whole else _credentials(spec)
    inner = f"\n{_chain([*lines, _CHANGED])}" if lines else _CHANGED
    return [_TAG, f"APPS=$({inner}) && {_TELL}"]


def login(spec: Spec) -> list[str]:
    """Return the commands that set git's credentials as environment variables; `bump` passes them to git."""
    lines = _credentials(spec)
    return [f'if [ -n "$APPS" ]; then\n{_chain(lines)}fi\n'] if lines else []


def _credentials(spec: Spec) -> list[str]:
    """Return the commands that fetch credentials shortly before use, because an App's token is valid for an hour.

    Empty if CodeBuild's own credentials are used.
    """
    app = spec.ci.get("githubApp")
    if not app:
        return _user_and_token(spec)
    token = f"GIT_TOKEN=$({pipeline_steps.GENERATOR} token)"
    return [*_private_key(app["secret"]), "GIT_USERNAME=x-access-token", token, "export GIT_USERNAME GIT_TOKEN"]


def _user_and_token(spec: Spec) -> list[str]:
    secret = spec.ci.get("credentials")
    if not secret:
        return []
    fields = (("GIT_USERNAME", "username"), ("GIT_TOKEN", "token"))
    found = [f'{name}=$(printf %s "$GIT_LOGIN" | {_FIELD} {field})' for name, field in fields]
    return [f"GIT_LOGIN=$({_secret(secret)})", *found, "export GIT_USERNAME GIT_TOKEN"]


def _private_key(secret: str) -> list[str]:
    key = f"GITHUB_APP_PRIVATE_KEY=$({_secret(secret)} | {_FIELD} private_key)"
    return [key, "export GITHUB_APP_PRIVATE_KEY"]


def _secret(name: str) -> str:
    return f"aws secretsmanager get-secret-value --secret-id={name} --query SecretString --output text"


def _chain(lines: Sequence[str]) -> str:
    """Join commands that depend on each other, because CodeBuild would continue after one that fails."""
    return " &&\n".join(f"  {line}" for line in lines) + "\n"


def phase(lines: list[str]) -> dict[str, Any]:
    """Return a phase of these commands; if one fails, no later phase runs."""
    return {"on-failure": "ABORT", "commands": lines}


def commands(found: Pipeline, name: Phase) -> list[str]:
    """Return the commands of a phase for the apps to build."""
    return [_command(step) for step in found.steps if step.phase == name]


def _command(step: Step) -> str:
    """Return a step as one command. CodeBuild runs it as a script, which would continue after a line that fails."""
    if not step.app:
        return f'if [ -n "$APPS" ]; then {" && ".join(step.commands)}; fi'
    before = [WITHOUT_ROLE] if step.phase == "test" else []
    lines = [*before, *([f"cd {step.folder}"] if step.folder else []), *step.commands]
    # A user's command over several lines may contain a here-document, which must not be indented.
    indent = "" if step.folder and any("\n" in line for line in lines) else "  "
    body = "".join(f"{indent}{line}\n" for command in lines for line in command.rstrip("\n").split("\n"))
    return f'if [[ " $APPS " == *" {step.app} "* ]]; then ( set -e  # {step.name}\n{body}) fi\n'


def reports(found: Pipeline) -> dict[str, Any]:
    """Return the test reports for CodeBuild."""
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
