"""GitHub Actions: a workflow with the same steps as ``buildspec.yml``.

Scripts never contain values of an event: such values come in environment
variables. The few actions of others are pinned to commits, and jobs have only
the permissions that they need. Tests run on a separate machine. Another job
connects to AWS by OIDC after the tests have passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.render.file import File, yaml_file
from generator.render.outputs import pipeline_steps
from generator.render.outputs.github_jobs import (
    CHECKOUT,
    OWN_TOKEN,
    Job,
    about,
    checked_out,
    literal,
    prepared,
    runner,
)
from generator.render.outputs.pipeline_steps import Pipeline, Step
from generator.yaml.emit import Verbatim

if TYPE_CHECKING:
    from generator.spec.model import AnyApp, Spec
    from generator.spec.sites import Site

PATH: Final = ".github/workflows/delivery.yml"
HEADER: Final = """\
# Generated from generator.yaml. Edit it as you like: your changes are kept.
# GitHub Actions: test, build, push; then commit the new tag and digest into the overlays,
# from where Argo CD takes them. Nothing is committed unless every step before succeeded.
"""
UPLOAD: Final = Verbatim("actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2")
DOWNLOAD: Final = Verbatim("actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093 # v4.3.0")
AWS: Final = Verbatim("aws-actions/configure-aws-credentials@ececac1a45f3b08a01d2dd070d28d111c5fe6722 # v4.1.0")
APP_TOKEN: Final = Verbatim("actions/create-github-app-token@df432ceedc7162793a195dd1713ff69aefc7379e # v2.0.6")
DEFAULT_ROLE: Final = "${{ vars.AWS_ROLE_ARN }}"
# The secret with the App's key. Names of secrets must not begin with GITHUB_.
PRIVATE_KEY: Final = "${{ secrets.GITOPS_APP_PRIVATE_KEY }}"
# The reason for each right other than reading.
_PUSH: Final = Verbatim("write # to commit the new tags")
_REQUEST: Final = Verbatim("write # to open requests with them, where the branch is protected")
_AWS_BY_OIDC: Final = Verbatim("write # to take on the role in AWS")
_ANY: Final = "env.APPS != ''"
_APPS: Final = "${{ needs.plan.outputs.apps }}"
_TO_BUILD: Final = "needs.plan.outputs.apps != ''"
_PLANNED: Final = {
    "id": "plan",
    "name": "what to build",
    "env": {"BEFORE": "${{ github.event.before }}", "GIT_USERNAME": "x-access-token", "GIT_TOKEN": OWN_TOKEN},
    # A commit that only releases does not change sources, so a build does not start another one.
    "run": f'APPS=$({pipeline_steps.GENERATOR} changed)\necho "apps=$APPS" >> "$GITHUB_OUTPUT"\n',
}
_PLANNED_SITES: Final = (
    f'SITES=$({pipeline_steps.GENERATOR} changed --sites)\necho "sites=$SITES" >> "$GITHUB_OUTPUT"\n'
)
_TAGGED: Final = {
    "name": "tag",
    "run": (
        'TAG="${GITHUB_RUN_NUMBER}-${GITHUB_SHA:0:12}"\n'
        # A run that is started again keeps its number, but tags may be immutable, so the tag has the attempt, too.
        'if [ "${GITHUB_RUN_ATTEMPT:-1}" -gt 1 ]; then TAG="$TAG-$GITHUB_RUN_ATTEMPT"; fi\n'
        'echo "TAG=$TAG" >> "$GITHUB_ENV"\n'
    ),
}
_TAG_TOLD: Final = {
    "name": _TAGGED["name"],
    "id": "tag",
    "run": f'{_TAGGED["run"]}echo "tag=$TAG" >> "$GITHUB_OUTPUT"\n',
}


def render_app(_spec: Spec, _app: AnyApp) -> Iterator[File]:
    """Yield nothing: one workflow builds all apps."""
    yield from ()


def render_project(spec: Spec) -> Iterator[File]:
    """Yield the workflow if the spec asks for it and an app has its source in this repository."""
    found = pipeline_steps.pipeline(spec)
    if found is None or not spec.ci.get("github"):
        return
    tests = [step for step in found.steps if step.phase == "test"]
    jobs = {"plan": _plan(spec), **({"test": _test(spec, found, tests)} if tests else {})}
    jobs["deliver"] = _deliver(spec, found, list(jobs))
    staged = bool(about(spec).get("stages"))
    if staged:
        jobs |= _staged(spec, jobs)
    content = {
        "name": "delivery",
        "on": {
            "push": {"branches": [spec.branch], "paths": _watched(spec, found, staged)},
            "workflow_dispatch": {},
        },
        "permissions": {"contents": "read"},
        # There is no concurrency group: it would skip runs, but each run knows only the changes of its own push.
        "jobs": jobs,
    }
    yield yaml_file(PATH, content, header=HEADER)


def _watched(spec: Spec, found: Pipeline, staged: bool) -> list[str]:
    """Return patterns of the files whose changes start the workflow."""
    sources = [*found.sources, *(site.source for site in _sites(spec))]
    return [*(f"{source}/**" for source in dict.fromkeys(sources)), *(["infra/**"] if staged else [])]


def _sites(spec: Spec) -> list[Site]:
    """Return the static front ends that the workflow builds: only if it also deploys to environments."""
    if not about(spec).get("stages"):
        return []
    from generator.render.outputs.codepipeline import stages

    return stages.built_sites(spec)


def _staged(spec: Spec, jobs: dict[str, Job]) -> Mapping[str, Job]:
    """Return the jobs of the environments; they get the tag from the job before them."""
    from generator.render.outputs.codepipeline import stages, workflow

    def machine(minutes: int, pushes: bool) -> Mapping[str, object]:
        rights = _rights(spec) if pushes and not spec.ci.get("githubApp") else {"contents": "read"}
        return _machine(spec, minutes, {**rights, "id-token": _AWS_BY_OIDC})

    def ready(environment: str, job: Any) -> list[Mapping[str, object]]:
        role = stages.role(spec, job, environment) or DEFAULT_ROLE
        region = spec.infra.region if spec.infra else "${{ vars.AWS_REGION }}"
        token = [_app_token(spec)] if spec.ci.get("githubApp") else []
        steps = prepared(pipeline_steps.install(spec), **{"fetch-depth": 0})
        return [*steps, {"uses": AWS, "with": {"role-to-assume": role, "aws-region": region}}, *token]

    deliver: dict[str, Any] = dict(jobs["deliver"])
    steps = [_TAG_TOLD if step is _TAGGED else step for step in deliver["steps"]]
    jobs["deliver"] = {**deliver, "outputs": {"tag": "${{ steps.tag.outputs.tag }}"}, "steps": steps}
    pushing = {"GIT_USERNAME": "x-access-token", "GIT_TOKEN": _token(spec)}
    newest = {"uses": CHECKOUT, "with": {"persist-credentials": False, "ref": spec.branch, "fetch-depth": 0}}
    fetched = {"uses": DOWNLOAD, "with": {"name": "sites", "path": ".sites"}}
    built = {"sites": _built_sites(spec)} if _sites(spec) else {}
    return {**built, **workflow.jobs(spec, workflow.Parts(machine, ready, pushing, newest, fetched))}


def _built_sites(spec: Spec) -> Job:
    """Return the job that tests and builds static front ends, on a separate machine without a token."""
    from generator.render.outputs.codepipeline import sites

    def step(what: str, site: Site, lines: list[str]) -> Job:
        wanted = f"contains(format(' {{0}} ', env.SITES), ' {site.name} ')"
        run = literal("".join(f"{line.rstrip()}\n" for line in lines))
        return {"name": f"{what} {site.name}", "if": wanted, "run": run}

    made = [step("test", site, lines) for site, lines in sites.tested(spec)]
    made += [step("build", site, lines) for site, lines in sites.built(spec)]
    files = {"name": "sites", "path": sites.BUILT_FILES, "include-hidden-files": True, "if-no-files-found": "error"}
    return {
        "name": "test and build sites",
        "needs": "plan",
        "if": "needs.plan.outputs.sites != ''",
        **_machine(spec, 60, {"contents": "read"}),
        "env": {"SITES": "${{ needs.plan.outputs.sites }}"},
        "steps": [*checked_out(), *made, {"name": "keep the files", "uses": UPLOAD, "with": files}],
    }


def _token(spec: Spec) -> str:
    return "${{ steps.token.outputs.token }}" if spec.ci.get("githubApp") else OWN_TOKEN


def _app_token(spec: Spec) -> Job:
    rights = {f"permission-{name}": "write" for name in _rights(spec)}
    given = {"app-id": spec.ci["githubApp"]["id"], "private-key": PRIVATE_KEY, **rights}
    return {"id": "token", "uses": APP_TOKEN, "with": given}


def _plan(spec: Spec) -> Job:
    """Return the job that finds the apps to build. If a user starts it on another branch, it delivers nothing."""
    planned, sites = _PLANNED, dict[str, str]()
    if _sites(spec):
        planned = {**_PLANNED, "run": f"{_PLANNED['run']}{_PLANNED_SITES}"}
        sites = {"sites": "${{ steps.plan.outputs.sites }}"}
    return {
        "name": "what to build",
        "if": f"github.ref == 'refs/heads/{spec.branch}'",
        **_machine(spec, 10, {"contents": "read"}),
        "outputs": {"apps": "${{ steps.plan.outputs.apps }}", **sites},
        "steps": [*prepared(pipeline_steps.install(spec)), planned],
    }


def _test(spec: Spec, found: Pipeline, tests: list[Step]) -> Job:
    """Return the job of the tests, on a separate machine: it has no token, and cannot change what is delivered."""
    return {
        "name": "test",
        "needs": "plan",
        "if": _TO_BUILD,
        **_machine(spec, 60, {"contents": "read"}),
        "env": {"APPS": _APPS},
        "steps": [*checked_out(), _TAGGED, *(_step(step) for step in tests), *_reports(found)],
    }


def _deliver(spec: Spec, found: Pipeline, needed: list[str]) -> Job:
    """Return the job for all that needs credentials, after the tests have passed."""
    rights = {"contents": "read"} if spec.ci.get("githubApp") else _rights(spec)
    aws = {"id-token": _AWS_BY_OIDC} if found.region else {}
    environment = about(spec).get("environment")
    return {
        "name": "build, push and release",
        "needs": needed,
        "if": _TO_BUILD,
        **({"environment": environment} if environment else {}),
        **_machine(spec, 60, {**rights, **aws}),
        "env": {"APPS": _APPS},
        "steps": [*prepared(pipeline_steps.install(spec)), _TAGGED, *_delivered(spec, found)],
    }


def _machine(spec: Spec, minutes: int, permissions: Mapping[str, object]) -> dict[str, object]:
    return {
        "runs-on": runner(spec),
        "timeout-minutes": minutes,
        "permissions": permissions,
        "defaults": {"run": {"shell": "bash"}},
    }


def _rights(spec: Spec) -> dict[str, object]:
    """Return the rights of a job that releases."""
    return {"contents": _PUSH, **({"pull-requests": _REQUEST} if spec.ci.get("pullRequest") else {})}


def _reports(found: Pipeline) -> Iterator[Job]:
    if found.reports:
        paths = [f"{report.folder}/{pattern}" for report in found.reports for pattern in report.files]
        yield {
            "name": "test reports",
            "if": "${{ !cancelled() }}",
            "uses": UPLOAD,
            "with": {"name": "test-reports", "path": "\n".join(paths), "if-no-files-found": "ignore"},
        }


def _delivered(spec: Spec, found: Pipeline) -> Iterator[Job]:
    if found.region:
        role = about(spec).get("role") or DEFAULT_ROLE
        yield {"if": _ANY, "uses": AWS, "with": {"role-to-assume": role, "aws-region": found.region}}
    yield from (_step(step) for step in found.steps if step.phase in ("prepare", "build", "scan"))
    if spec.ci.get("githubApp"):
        yield {"if": _ANY, **_app_token(spec)}
    yield from (_step(step, _token(spec)) for step in found.steps if step.phase == "release")


def _step(step: Step, token: str = "") -> dict[str, Any]:
    condition = f"contains(format(' {{0}} ', env.APPS), ' {step.app} ')" if step.app else _ANY
    return {
        "name": step.name,
        "if": condition,
        **({"working-directory": step.folder} if step.folder else {}),
        **({"env": {"GIT_USERNAME": "x-access-token", "GIT_TOKEN": token}} if step.commits else {}),
        "run": literal("".join(f"{command.rstrip(chr(10))}\n" for command in step.commands)),
    }
