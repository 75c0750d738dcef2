"""The same stages as jobs of a GitHub Actions workflow, after the jobs that test, build and release.

GitHub asks the reviewers of its environments. Each environment of the spec has two in GitHub: ``<environment>`` for
deliveries and ``<environment>-infrastructure`` for plans. A plan may contain secrets, so it is kept in the bucket of
Terraform's state, and not in an artifact, which all readers of the repository can download.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from generator.render.outputs.codepipeline import scripts, sites
from generator.render.outputs.codepipeline.stages import built_sites, delivered, released_to
from generator.spec import stages as told

if TYPE_CHECKING:
    from generator.spec.model import Spec

Job = dict[str, Any]
_FOLDER: Final = "infra/environments/${{ env.ENVIRONMENT }}"
# A job that was skipped because it had nothing to do must not stop later jobs.
_GOES_ON: Final = "!cancelled() && !failure()"
_ANY_APP: Final = "needs.plan.outputs.apps != ''"
# The plan is beside the state, where only roles of the environment can read it, with the encryption of the state:
# with the key of one account, another account could not read it.
_KEPT: Final = '"s3://$STATE_BUCKET/environments/$ENVIRONMENT/plans/$GITHUB_RUN_ID.tfplan"'
_KEEP: Final = f"""\
aws s3 cp --no-progress --sse AES256 {scripts.PLAN} {_KEPT}
echo "changes=$CHANGES" >> "$GITHUB_OUTPUT"
"""
# The plan of this run. Terraform refuses a plan that is out of date.
_FETCH: Final = f"aws s3 cp --no-progress {_KEPT} {scripts.PLAN}\n"


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts that the other jobs of the workflow also use.

    Attributes:
        machine: Returns the keys of a job from its time limit in minutes, and whether it pushes.
        prepared: Returns the steps that check out, install the generator, and assume a role of an environment.
        pushing: The environment variables that let a step push.
        newest: The step that checks out the branch's newest commit.
        fetched: The step that downloads the built files of sites.
    """

    machine: Callable[[int, bool], Mapping[str, object]]
    prepared: Callable[[str, str], list[Mapping[str, object]]]
    pushing: Mapping[str, str]
    newest: Mapping[str, object]
    fetched: Mapping[str, object]


def jobs(spec: Spec, parts: Parts) -> dict[str, Job]:
    """Return the jobs by name, in the order of environments."""
    found: dict[str, Job] = {}
    before = "deliver"
    for name in delivered(spec):
        found |= {
            f"{name}-plan": _plan(spec, name, before, parts),
            f"{name}-apply": _apply(spec, name, parts),
            name: _deliver(spec, name, parts),
        }
        before = name
    return found


def _plan(spec: Spec, name: str, before: str, parts: Parts) -> Job:
    engine = scripts.engine(spec)
    run = scripts.plain(f"{scripts.init(engine)}\n{scripts.plan(engine)}{scripts.count(engine)}{_KEEP}")
    return {
        "name": f"plan the infrastructure of {name}",
        "needs": [before],
        "if": f"${{{{ {_GOES_ON} }}}}",
        "environment": f"{name}-plan",
        **parts.machine(30, False),
        "outputs": {"changes": "${{ steps.plan.outputs.changes }}"},
        "env": _environment(name),
        "steps": [
            *parts.prepared(name, "plan"),
            _installed(engine),
            {"id": "plan", "name": "plan", "working-directory": _FOLDER, "run": run},
        ],
    }


def _apply(spec: Spec, name: str, parts: Parts) -> Job:
    engine = scripts.engine(spec)
    apply = f"{engine} apply -input=false -no-color -lock-timeout=5m {scripts.PLAN}\n"
    run = scripts.plain(f"{scripts.init(engine)}\n{_FETCH}{apply}")
    outputs = {"name": "commit what it gave", "env": parts.pushing, "run": scripts.plain(scripts.outputs(engine))}
    return {
        "name": f"apply the plan of {name}",
        "needs": [f"{name}-plan"],
        "if": f"${{{{ {_GOES_ON} && needs.{name}-plan.outputs.changes != '0' }}}}",
        "environment": f"{name}-infrastructure",
        **parts.machine(120, True),
        "env": _environment(name),
        "steps": [
            *parts.prepared(name, "apply"),
            _installed(engine),
            {"name": "apply what was approved", "working-directory": _FOLDER, "run": run},
            outputs,
        ],
    }


def _deliver(spec: Spec, name: str, parts: Parts) -> Job:
    asked = told.build(spec.data)
    tests = (asked.verify.get(name) if asked else None) or ()
    run = scripts.plain(f"{scripts.deploy(spec)}\n")
    moves = {"name": "promote", "env": parts.pushing, "run": scripts.PROMOTE}
    has_sites = bool(built_sites(spec))
    wanted = "(needs.plan.outputs.apps != '' || needs.plan.outputs.sites != '')" if has_sites else _ANY_APP
    if has_sites:
        moves = {**moves, "if": "env.APPS != ''"}
    return {
        "name": f"deliver to {name}",
        "needs": ["plan", "deliver", *(["sites"] if has_sites else []), f"{name}-apply"],
        "if": f"${{{{ {_GOES_ON} && {wanted} }}}}",
        "environment": name,
        **parts.machine(60, True),
        "env": {
            **_environment(name),
            "APPS": "${{ needs.plan.outputs.apps }}",
            "TAG": "${{ needs.deliver.outputs.tag }}",
            **({"SITES": "${{ needs.plan.outputs.sites }}"} if has_sites else {}),
        },
        "steps": [
            *parts.prepared(name, "deploy"),
            *([] if name == released_to(spec) else [moves]),
            parts.newest,
            {"name": "deploy", "run": run},
            *(_published(spec, parts) if any(name in site.places for site in built_sites(spec)) else []),
            *(_tested(spec, name, tests, run, parts) if tests else []),
        ],
    }


def _published(spec: Spec, parts: Parts) -> list[Mapping[str, object]]:
    there = {"if": "env.SITES != ''"}
    run = scripts.plain(sites.published(spec, sites.BUILT_FILES))
    return [{**there, **parts.fetched}, {"name": "publish sites", **there, "run": run}]


def _tested(spec: Spec, name: str, tests: tuple[str, ...], deploy: str, parts: Parts) -> list[Mapping[str, object]]:
    """Return the steps that test the environment, and restore sites and the former image if a test fails.

    Sites are restored first, because a checkout of the newest commit removes untracked files.
    """
    failed = {"if": "${{ failure() && steps.verify.conclusion == 'failure' }}"}
    has_sites = any(name in site.places for site in built_sites(spec))
    restored = scripts.plain(sites.restored(spec, sites.FORMER_FILES)) if has_sites else ""
    return [
        {"name": "test the environment", "id": "verify", "run": "".join(f"{line.rstrip()}\n" for line in tests)},
        *([{"name": "put back the files of sites", **failed, "run": restored}] if has_sites else []),
        {"name": "put back what ran before", **failed, "env": parts.pushing, "run": scripts.BACK},
        {**failed, **parts.newest},
        {"name": "deploy it", **failed, "run": deploy},
    ]


def _environment(name: str) -> dict[str, str]:
    return {"ENVIRONMENT": name, "STATE_BUCKET": "${{ vars.STATE_BUCKET }}"}


def _installed(engine: str) -> dict[str, str]:
    return {"name": f"install {engine}", "run": f"{scripts.installed(engine)}\n"}
