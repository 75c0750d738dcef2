"""The jobs of the pipeline, with a buildspec for each: ``pipelines/<job>.yml``.

CodePipeline sets variables for each action: the environment in ``ENVIRONMENT``,
and the result of the build in ``TAG`` and ``APPS``. The source is a whole clone,
because jobs read and push commits. ``$AS PROGRAM`` runs a program with the job's
role in its environment's account, while git uses the job's own role.
"""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.render.file import File, yaml_file
from generator.render.outputs import codebuild_phases, pipeline_steps
from generator.render.outputs.codepipeline import sites
from generator.render.outputs.codepipeline.scripts import (
    APPLY,
    AS,
    BACK,
    COMMIT,
    KIND,
    PLAN,
    count,
    deploy,
    engine,
    init,
    installed,
    newest,
    outputs,
    plan,
    promote_or_back,
)
from generator.render.outputs.codepipeline.stages import (
    APPS,
    BUILT,
    CHANGES,
    FILES,
    FORMER,
    SITES,
    SUMMARY,
    TAG,
    Job,
    built_sites,
    released_to,
    stages,
)
from generator.render.outputs.pipeline_steps import GENERATOR
from generator.spec import stages as told

if TYPE_CHECKING:
    from generator.spec.model import Spec
    from generator.spec.sites import Site

FOLDER: Final = "pipelines"
_HEADER: Final = """\
# Generated from generator.yaml. Edit it as you like: your changes are kept.
# CodePipeline's job `{job}`: {what}.
"""
_WHAT: Final[Mapping[Job, str]] = {
    "test": "test the apps that have changed; no credentials are there",
    "build": "build and push images, then commit the new tag and digest into the first environment",
    "release": "commit the tag and digest of an image that was pushed to ECR",
    "plan": "plan what the infrastructure of an environment becomes",
    "apply": "apply the plan that was approved, and commit what it gave",
    "promote": "commit the image that was tested into the next environment; put back what was there, in a rollback",
    "deploy": "make the committed image run, and wait until it does",
    "publish": "bring the files of sites that were built to an environment, and wait until browsers get them",
    "verify": "test the environment; what fails goes back to what ran before",
}
_TELLS: Final[Mapping[Job, tuple[str, ...]]] = {
    "build": (TAG, APPS, BUILT),
    "release": (TAG, APPS, BUILT),
    "plan": (CHANGES, SUMMARY),
}
# Jobs that check out the newest commit; the credentials of the source are sufficient for that.
_FETCHING: Final[tuple[Job, ...]] = ("deploy", "publish", "verify")
# Jobs that get the names of the apps that were built; there may be none.
_OF_APPS: Final[tuple[Job, ...]] = ("promote", "deploy", "verify")
_INFRASTRUCTURE: Final = 'cd "infra/environments/$ENVIRONMENT"'
_PUSHED: Final = f"""\
case "$REPOSITORY" in
{{cases}}*) echo "error: no app here has the image $REPOSITORY" >&2; exit 1 ;;
esac
export {TAG}="$IMAGE_TAG" {BUILT}=1
"""
_RELEASE: Final = f"""\
{GENERATOR} bump "${APPS}" --env {{environment}} --tag "$IMAGE_TAG" --digest "$IMAGE_DIGEST" --push
"""
_TESTS: Final = """\
( set -e
{commands})
export FAILED=$?
"""
_FAIL: Final = """\
if [ "$FAILED" != 0 ]; then
  echo "error: $ENVIRONMENT does not pass its tests: what ran before is put back" >&2
{back}  {newest}
{sites}{deploy}  exit 1
fi
"""
_FORMER: Final = f"""\
former="CODEBUILD_SRC_DIR_{FORMER}_${{{{ENVIRONMENT//-/_}}}}"
former="${{{{!former}}}}"
{{restore}}"""


def render(spec: Spec) -> Iterator[File]:
    """Yield the buildspecs of the pipeline's jobs."""
    jobs = {action.job for stage in stages(spec) for action in stage.actions if action.job}
    for job, what in _WHAT.items():
        if job in jobs:
            header = _HEADER.format(job=job, what=what)
            yield yaml_file(f"{FOLDER}/{job}.yml", _buildspec(spec, job), header=header)


def _buildspec(spec: Spec, job: Job) -> dict[str, Any]:
    found: dict[str, Any] = {"version": 0.2, "env": {"shell": "bash", **codebuild_phases.environment(spec)}}
    has_sites = bool(built_sites(spec))
    if job in _FETCHING:
        found["env"]["git-credential-helper"] = "yes"
    if told_on := _TELLS.get(job):
        found["env"]["exported-variables"] = [*told_on, *([SITES] if has_sites and job == "build" else [])]
    about = _MAKERS[job](spec)
    install = codebuild_phases.install(spec, pipeline_steps.install(spec))
    install["commands"] += about.pop("install", [])
    if has_sites and job in _OF_APPS:
        about["commands"] = [sites.READ, *about["commands"]]
    return {**found, "phases": {"install": install, "build": codebuild_phases.phase(about.pop("commands"))}, **about}


def _test(spec: Spec) -> dict[str, Any]:
    found = pipeline_steps.pipeline(spec)
    apps = codebuild_phases.commands(found, "test") if found else []
    lines = [*_changed(spec), *apps, *_of_sites(sites.tested(spec), "test")]
    return {"commands": lines, **(codebuild_phases.reports(found) if found else {})}


def _build(spec: Spec) -> dict[str, Any]:
    found = pipeline_steps.pipeline(spec)
    how_many = f'{BUILT}=$(printf %s "${APPS}" | wc -w) && export {BUILT}'
    made = [
        line
        for name in ("prepare", "build", "scan")
        for line in (codebuild_phases.commands(found, name) if found else [])
    ]
    release = [*codebuild_phases.login(spec), *codebuild_phases.commands(found, "release")] if found else []
    if not built_sites(spec):
        return {"commands": [*_changed(spec), how_many, *made, *release]}
    files = [sites.COLLECTED, *_of_sites(sites.built(spec), "build")]
    kept = {"base-directory": sites.BUILT_FILES, "files": ["**/*"]}
    return {"commands": [*_changed(spec), *files, *made, *release, sites.COUNTED], "artifacts": kept}


def _changed(spec: Spec) -> list[str]:
    return [*codebuild_phases.changed(spec, whole=True), *([sites.CHANGED] if built_sites(spec) else [])]


def _of_sites(made: Iterable[tuple[Site, list[str]]], what: str) -> Iterator[str]:
    """Yield a command for each site to build. It gets no credentials, because it runs the site's own code."""
    for site, commands in made:
        lines = "".join(f"{line.rstrip()}\n" for line in (codebuild_phases.WITHOUT_ROLE, *commands))
        yield f'if [[ " ${SITES} " == *" {site.name} "* ]]; then ( set -e  # {what} {site.name}\n{lines}) fi\n'


def _release(spec: Spec) -> dict[str, Any]:
    images = {app.image.partition("/")[2]: app.name for app in spec.described.values()}
    cases = "".join(f"{shlex.quote(image)}) export {APPS}={name} ;;\n" for image, name in images.items())
    bump = codebuild_phases.granted(spec, _RELEASE.format(environment=released_to(spec)))
    return {"commands": [_PUSHED.format(cases=cases), bump]}


def _plan(spec: Spec) -> dict[str, Any]:
    program = engine(spec)
    commands = [_INFRASTRUCTURE, init(program), plan(program), f"set -e -o pipefail\n{count(program)}"]
    kept = {"base-directory": "infra/environments/$ENVIRONMENT", "files": [PLAN, COMMIT]}
    return {"install": [installed(program), AS], "commands": commands, "artifacts": kept}


def _apply(spec: Spec) -> dict[str, Any]:
    program = engine(spec)
    commit = codebuild_phases.granted(spec, f'cd "$CODEBUILD_SRC_DIR"\n{outputs(program)}')
    commands = [_INFRASTRUCTURE, init(program), APPLY.format(engine=program), commit]
    return {"install": [installed(program), AS], "commands": commands}


def _promote(spec: Spec) -> dict[str, Any]:
    return {"commands": [KIND, codebuild_phases.granted(spec, promote_or_back(shlex.quote(released_to(spec))))]}


def _deploy(spec: Spec) -> dict[str, Any]:
    return {"commands": [AS, newest(spec), deploy(spec)]}


def _publish(spec: Spec) -> dict[str, Any]:
    commands = [AS, newest(spec), sites.published(spec, f"$CODEBUILD_SRC_DIR_{FILES}")]
    if not sites.keeps(spec):
        return {"commands": commands}
    kept = {"base-directory": sites.FORMER_FILES, "files": ["**/*"]}
    return {"commands": [*commands, sites.KEPT], "artifacts": kept}


def _verify(spec: Spec) -> dict[str, Any]:
    asked = told.build(spec.data)
    assert asked is not None
    cases = "".join(_case(name, commands) for name, commands in asked.verify.items())
    tests = _TESTS.format(commands=f'case "$ENVIRONMENT" in\n{cases}esac\n')
    former = _FORMER.format(restore=sites.restored(spec, "$former")) if sites.keeps(spec) else ""
    fail = _FAIL.format(
        back=codebuild_phases.granted(spec, BACK),
        newest=newest(spec),
        sites=textwrap.indent(former, "  "),
        deploy=textwrap.indent(f"{deploy(spec)}\n", "  "),
    )
    return {"commands": [tests, AS, fail]}


def _case(environment: str, commands: tuple[str, ...]) -> str:
    lines = "".join(f"{line.rstrip()}\n" for line in commands)
    return f"{shlex.quote(environment)})\n{lines};;\n"


_MAKERS: Final[Mapping[Job, Callable[[Spec], dict[str, Any]]]] = {
    "test": _test,
    "build": _build,
    "release": _release,
    "plan": _plan,
    "apply": _apply,
    "promote": _promote,
    "deploy": _deploy,
    "publish": _publish,
    "verify": _verify,
}
