"""Checks of pull requests: whether files are as the spec says, whether they are valid, and what would change.

For GitHub Actions, this is a workflow. For CodeBuild, it is ``buildspec-checks.yml``,
for a separate CodeBuild project with a webhook for pull requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from generator.render.file import File, yaml_file
from generator.render.outputs import codebuild_phases, github_jobs, pipeline_steps
from generator.yaml.emit import Verbatim

if TYPE_CHECKING:
    from generator.spec.model import AnyApp, Spec

WORKFLOW: Final = ".github/workflows/gitops-checks.yml"
BUILDSPEC: Final = "buildspec-checks.yml"
_WHAT: Final = """\
# Generated from generator.yaml. Edit it as you like: your changes are kept.
# {what}, for pull requests: is the repository what generator.yaml says, is it valid,
# and what would change in the cluster; the last is a comment on the request.
"""
_CAUTION: Final = """\
# The build has credentials, and runs what the request brings: its webhook must leave out requests from forks.
"""
_TOOLS: Final = f"{pipeline_steps.GENERATOR} tools install kustomize kubeconform"
_CHECK: Final = f"{pipeline_steps.GENERATOR} check"
_VALIDATE: Final = f"{pipeline_steps.GENERATOR} validate"
_DIFF: Final = f"{pipeline_steps.GENERATOR} diff --rendered"
_COMMENT: Final = Verbatim("write # to comment on the request")
_ALWAYS: Final = "${{ !cancelled() }}"
# In a request from a fork, the token may only read, so only the run's summary has the result.
_OURS: Final = "${{ !cancelled() && github.event.pull_request.head.repo.full_name == github.repository }}"


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Yield nothing: a check covers all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Yield the files that the spec asks for; by default, the workflow if there is one for delivery."""
    wanted, install = spec.ci.get("checks"), pipeline_steps.install(spec)
    if spec.ci.get("github") and wanted is not False:
        yield yaml_file(WORKFLOW, _workflow(spec, install), header=_WHAT.format(what="GitHub Actions"))
    if wanted and spec.ci.get("codebuild") is not False:
        yield yaml_file(BUILDSPEC, _buildspec(spec, install), header=_WHAT.format(what="AWS CodeBuild") + _CAUTION)


def _workflow(spec: Spec, install: str) -> dict[str, Any]:
    """Return a workflow without secrets that may only read, because authors of requests may have no right to push."""
    return {
        "name": "gitops-checks",
        "on": {"pull_request": {"branches": [spec.branch]}},
        "permissions": {"contents": "read"},
        # Only the newest push to a request matters.
        "concurrency": {"group": "gitops-checks-${{ github.event.pull_request.number }}", "cancel-in-progress": True},
        "jobs": {
            "checks": {
                "name": "check the request",
                "runs-on": github_jobs.runner(spec),
                "timeout-minutes": 20,
                "permissions": {"contents": "read", "pull-requests": _COMMENT},
                "defaults": {"run": {"shell": "bash"}},
                "steps": [
                    # The checkout has the merge commit; its first parent is the target branch.
                    *github_jobs.prepared(install, **{"fetch-depth": 2}),
                    {"name": "install the tools", "run": _TOOLS},
                    {"name": "generated files", "run": _CHECK},
                    {"name": "manifests", "if": _ALWAYS, "run": _VALIDATE},
                    {
                        "name": "rendered diff",
                        "if": _ALWAYS,
                        "run": f'{_DIFF} --against HEAD^1 --markdown "$GITHUB_STEP_SUMMARY"',
                    },
                    {
                        "name": "comment",
                        "if": _OURS,
                        "env": {
                            "GITHUB_TOKEN": github_jobs.OWN_TOKEN,
                            "REQUEST": "${{ github.event.pull_request.number }}",
                        },
                        "run": f'{_DIFF} --against HEAD^1 --comment "$REQUEST"',
                    },
                ],
            }
        },
    }


def _buildspec(spec: Spec, install: str) -> dict[str, Any]:
    """Return the buildspec. CodeBuild passes the request's number in ``CODEBUILD_WEBHOOK_TRIGGER``, as ``pr/12``."""
    comment = f'{_DIFF} --against "$CODEBUILD_WEBHOOK_BASE_REF" --comment "${{CODEBUILD_WEBHOOK_TRIGGER#pr/}}"'
    return {
        "version": 0.2,
        "env": {"shell": "bash", **codebuild_phases.environment(spec)},
        "phases": {
            "install": codebuild_phases.install(spec, install),
            "pre_build": {"on-failure": "ABORT", "commands": [_TOOLS]},
            # The diff is also useful if a check fails.
            "build": {
                "on-failure": "ABORT",
                "commands": [_CHECK, _VALIDATE],
                "finally": [codebuild_phases.allowed(spec, comment)],
            },
        },
    }
