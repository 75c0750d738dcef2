"""A GitHub workflow for previews: it comments their addresses on requests, and ends old previews.

It may write to requests, so it runs only code of the branch, and no code of a request.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from generator.render.file import File, yaml_file
from generator.render.outputs import github_jobs, pipeline_steps
from generator.spec.forge_kinds import find
from generator.yaml.emit import Verbatim

if TYPE_CHECKING:
    from generator.spec.model import AnyApp, Spec

WORKFLOW: Final = ".github/workflows/gitops-previews.yml"
_HEADER: Final = """\
# Generated from generator.yaml. Edit it as you like: your changes are kept.
# GitHub Actions: tell pull requests where their preview is{and_end}.
"""
_END: Final = ", and take the label off those that have had it for too long"
_COMMENT: Final = Verbatim("write # to comment on requests, and to take labels off")
# For a request from a fork, the token may only read; the next scheduled run writes the comment.
_OURS: Final = (
    "github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository"
)
_HOURLY: Final = "23 * * * *"


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Yield nothing: one workflow is for all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Yield the workflow if GitHub Actions are turned on, and previews are for requests to this repository."""
    found = [one.pull_requests for one in spec.environments.values() if one.pull_requests]
    own = [about for about in found if about.repository == spec.repository]
    if own and spec.ci.get("github") and find(spec.repository, spec.forge.kind).name == "github":
        ends = any(about.time_to_live for about in own)
        header = _HEADER.format(and_end=_END if ends else "")
        yield yaml_file(WORKFLOW, _workflow(spec, ends=ends), header=header)


def _workflow(spec: Spec, *, ends: bool) -> dict[str, Any]:
    command = f"{pipeline_steps.GENERATOR} previews --comment{' --expire' if ends else ''}"
    return {
        "name": "gitops-previews",
        "on": {
            "pull_request": {"types": ["labeled", "synchronize"]},
            "schedule": [{"cron": _HOURLY}],
            "workflow_dispatch": {},
        },
        "permissions": {"contents": "read"},
        "concurrency": {"group": "gitops-previews"},
        "jobs": {
            "previews": {
                "name": "look after previews",
                "if": _OURS,
                "runs-on": github_jobs.runner(spec),
                "timeout-minutes": 10,
                "permissions": {"contents": "read", "pull-requests": _COMMENT},
                "defaults": {"run": {"shell": "bash"}},
                "steps": [
                    *github_jobs.prepared(pipeline_steps.install(spec), ref=spec.branch),
                    {"name": "previews", "env": {"GITHUB_TOKEN": github_jobs.OWN_TOKEN}, "run": command},
                ],
            }
        },
    }
