"""CodePipeline's definition: the arguments of a Terraform module that ``infra/shared`` calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.render.outputs.codepipeline.stages import (
    APPS,
    BUILT,
    SITES,
    SUMMARY,
    TAG,
    Action,
    Job,
    Stage,
    built_sites,
    role,
    stages,
)
from generator.render.outputs.infra.configuration import Module
from generator.render.outputs.infra.hcl import Raw
from generator.spec import forge_kinds
from generator.spec import stages as told
from generator.spec.infra import Infra

if TYPE_CHECKING:
    from generator.spec.model import Spec


_MINUTES: Final[Mapping[Job, int]] = {"plan": 30, "apply": 120, "deploy": 60, "publish": 60, "verify": 60}
_USUAL_MINUTES: Final = 60


def module(spec: Spec, infra: Infra, repositories: Iterable[str], secrets: list[str]) -> Module:
    """Return the call of the module for the pipeline; the spec must have one.

    ``repositories`` are the names of those of images, ``secrets`` the ARNs of those that builds read.
    """
    return Module("pipeline", "pipeline", _arguments(spec, infra, repositories, secrets), comment=_ABOUT)


_ABOUT: Final = "One image through all environments: the stages follow from `environments` and `ci.codepipeline`."


def name(spec: Spec) -> str:
    """Return the pipeline's name."""
    return f"{spec.project}-delivery"


def _arguments(spec: Spec, infra: Infra, repositories: Iterable[str], secrets: list[str]) -> dict[str, Any]:
    found = stages(spec)
    asked = told.build(spec.data)
    assert asked is not None
    kind = forge_kinds.find(spec.repository, spec.forge.kind).name
    images_at = f"arn:{infra.partition}:ecr:{infra.region}:{infra.account}:repository"
    here = "codecommit" if kind == "codecommit" else "connection"
    images = {app.name: app.image.partition("/")[2] for app in spec.described.values()} if asked.source == "ecr" else {}
    return {
        "name": name(spec),
        "branch": spec.branch,
        "source_from": here,
        "repository": _repository(spec, here),
        **({} if here == "codecommit" else {"connection": asked.connection or Raw("module.connection.arn")}),
        **({"images": images} if images else {}),
        # Commits of a pipeline must not start another run.
        "ignored": ["overlays/**", "gitops/**", ".generator/**", "docs/**"] if here == "connection" else [],
        "registries": [f"{images_at}/{name}" for name in dict.fromkeys(repositories)],
        **({"caches": infra.caches} if infra.caches else {}),
        "secrets": secrets,
        "approvals": _approvals(found),
        "projects": _projects(spec, found),
        "stages": [_stage(spec, stage) for stage in found],
    }


def _repository(spec: Spec, here: str) -> str:
    if here == "codecommit":
        return spec.repository.rstrip("/").rpartition("/")[2].removesuffix(".git")
    page = forge_kinds.page(spec.repository)
    return "/".join(page.rsplit("/", 2)[-2:])


def _approvals(found: list[Stage]) -> dict[str, list[str]]:
    """Return the e-mail addresses of approvers by environment; empty if the spec has none."""
    asked = ((stage.environment, action.approval) for stage in found for action in stage.actions)
    return {environment: list(approval.emails) for environment, approval in asked if approval and approval.emails}


def project(action: Action, stage: Stage) -> str:
    """Return the name of an action's CodeBuild project: each job has one, for all environments or for each."""
    return f"{stage.environment}-{action.job}" if stage.environment else str(action.job)


def roles(spec: Spec, environment: str) -> dict[str, list[str]]:
    """Return the roles of jobs, by the role that they assume in an environment's account."""
    found: dict[str, list[str]] = {}
    for key, job in _projects(spec, stages(spec)).items():
        if job["environment"] == environment and job["role"]:
            found.setdefault(job["role"].rpartition("-")[2], []).append(f"{name(spec)}-{key}")
    return found


def _projects(spec: Spec, found: list[Stage]) -> dict[str, Any]:
    return {
        project(action, stage): {
            "job": action.job,
            "environment": stage.environment,
            "role": role(spec, action.job, stage.environment),
            "privileged": action.job == "build",
            "minutes": _MINUTES.get(action.job, _USUAL_MINUTES),
        }
        for stage in found
        for action in stage.actions
        if action.job
    }


def _stage(spec: Spec, stage: Stage) -> dict[str, Any]:
    skip = {"skip_if_zero": stage.unless_none} if stage.unless_none else {}
    return {"name": stage.name, **skip, "actions": [_action(spec, stage, action) for action in stage.actions]}


def _action(spec: Spec, stage: Stage, action: Action) -> dict[str, Any]:
    if action.approval:
        approval = {
            "environment": stage.environment,
            "minutes": action.approval.minutes,
            "message": _message(spec, stage),
        }
        return {"name": action.name, "approval": approval}
    if action.job == "publish":
        found = {"ENVIRONMENT": stage.environment, SITES: f"#{{Build.{SITES}}}"}
    else:
        found = _variables(stage, action)
        if action.job == "verify" and action.inputs:
            found[SITES] = f"#{{Build.{SITES}}}"
    return {
        "name": action.name,
        "project": project(action, stage),
        **({"variables": found} if found else {}),
        **({"namespace": action.told} if action.told else {}),
        **({"inputs": list(action.inputs)} if action.inputs else {}),
        **({"outputs": [action.output]} if action.output else {}),
    }


def _variables(stage: Stage, action: Action) -> dict[str, str]:
    environment = {"ENVIRONMENT": stage.environment} if stage.environment else {}
    if action.job == "release":
        return {word: f"#{{variables.{word}}}" for word in ("REPOSITORY", "IMAGE_TAG", "IMAGE_DIGEST")}
    if action.job in ("promote", "deploy", "verify"):
        built = {word: f"#{{Build.{word}}}" for word in (TAG, APPS)}
        return {**environment, **built, "EXECUTION": "#{codepipeline.PipelineExecutionId}"}
    return environment


def _message(spec: Spec, stage: Stage) -> str:
    """Return the message to an approver. It contains no values, because it is sent by e-mail."""
    if stage.unless_none == f"Build.{BUILT}":
        sites = f" #{{Build.{SITES}}}" if built_sites(spec) else ""
        return f"{spec.project}: deliver #{{Build.{APPS}}}{sites} #{{Build.{TAG}}} to {stage.environment}?"
    summary = f"#{{{stage.unless_none.partition('.')[0]}.{SUMMARY}}}"
    where = f"The plan is in the log of {stage.environment}-plan."
    return f"{spec.project}: change the infrastructure of {stage.environment}: {summary}. {where}"
