"""The stages of the pipeline. CodePipeline's definition and the GitHub Actions workflow are both made from them.

The image is built once, before the first environment. The environments follow
in their order. The jobs in each are: plan the infrastructure, let a person
approve this plan, apply it; let a person approve the delivery, if the spec
asks for it; then promote the image, deploy it, and test it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from generator.spec import aws_names
from generator.spec import stages as told
from generator.spec.stages import Approval, Stages

if TYPE_CHECKING:
    from generator.spec.model import Spec
    from generator.spec.sites import Site

Job = Literal["test", "build", "release", "plan", "apply", "promote", "deploy", "publish", "verify"]
# The output variables of a plan's job: the number of changed objects, and a description.
CHANGES: Final = "CHANGES"
SUMMARY: Final = "SUMMARY"
# The output variables of a build: its tag, the apps and sites that it built, and their numbers.
TAG: Final = "TAG"
APPS: Final = "APPS"
SITES: Final = "SITES"
BUILT: Final = "BUILT"
# The artifact with the files of sites.
FILES: Final = "sites"
# The artifact with the former files of sites; each environment has its own.
FORMER: Final = "former"
# An approver of a plan has a week; an older plan must be made again.
PLAN_MINUTES: Final = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Action:
    """A job of a stage; jobs run in order. With ``approval``, a person answers instead of a machine.

    ``told`` is the namespace of its output variables for later actions, ``output`` is its artifact for them.
    """

    name: str
    job: Job | None = None
    approval: Approval | None = None
    told: str = ""
    output: str = ""
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """The actions of one environment, or of none. If the variable ``unless_none`` is 0, the stage is skipped."""

    name: str
    actions: tuple[Action, ...]
    environment: str = ""
    unless_none: str = ""


def stages(spec: Spec) -> list[Stage]:
    """Return the stages after the source, in order; empty if the spec has no pipeline."""
    asked = told.build(spec.data)
    if asked is None:
        return []
    return [*_built(spec, asked), *(one for name in delivered(spec) for one in _environment(spec, asked, name))]


def delivered(spec: Spec) -> list[str]:
    """Return the environments of the pipeline in order, from the one that builds release to."""
    names = [name for name, one in spec.environments.items() if one.pull_requests is None]
    first = released_to(spec)
    return names[names.index(first) :] if first in names else names


def released_to(spec: Spec) -> str:
    """Return the environment that builds release to."""
    found: str = spec.ci.get("environment") or next(iter(spec.environments))
    return found


# The role that a job assumes in its environment's account; see `infra/bootstrap/`.
_ROLES: Final[Mapping[Job, str]] = {
    "plan": "plan", "apply": "apply", "deploy": "deploy", "publish": "deploy", "verify": "deploy"
}  # fmt: skip


def role(spec: Spec, job: Job, environment: str) -> str:
    """Return the ARN of the role that a job assumes in its environment's account; empty if it needs none."""
    what = _ROLES.get(job)
    if not (what and environment and spec.infra):
        return ""
    account = spec.infra.places[environment].account
    return f"arn:{spec.infra.partition}:iam::{account}:role/{aws_names.role(spec.project, environment, what)}"


def _built(spec: Spec, asked: Stages) -> Iterator[Stage]:
    if asked.source == "ecr":
        yield Stage("release", (Action("release", "release", told="Build"),))
        return
    builds = [app.build for app in spec.apps.values() if app.build]
    sites = built_sites(spec)
    if not (builds or sites):
        return
    if any(build.test for build in builds) or any(site.test for site in sites):
        yield Stage("test", (Action("test", "test"),))
    yield Stage("build", (Action("build", "build", told="Build", output=FILES if sites else ""),))


def built_sites(spec: Spec) -> list[Site]:
    """Return the static front ends that the pipeline builds; empty if pushes to ECR start it."""
    asked = told.build(spec.data)
    if asked is None or asked.source == "ecr":
        return []
    return [site for site in spec.sites.values() if site.source]


def _environment(spec: Spec, asked: Stages, name: str) -> Iterator[Stage]:
    word = name.replace("-", "_")
    plan = Action("plan", "plan", told=f"Plan_{word}", output=f"plan_{word}")
    yield Stage(f"{name}-plan", (plan,), name)
    approve = Action("approve", approval=Approval(_emails(asked, name), PLAN_MINUTES))
    apply = Action("apply", "apply", inputs=(plan.output,))
    yield Stage(f"{name}-apply", (approve, apply), name, unless_none=f"{plan.told}.{CHANGES}")
    if name in asked.approvals:
        ask = Action("approve", approval=asked.approvals[name])
        yield Stage(f"{name}-approval", (ask,), name, unless_none=f"Build.{BUILT}")
    # In the first environment, this job only rolls back, because the build has already committed the image.
    sites = any(name in site.places for site in built_sites(spec))
    former = f"{FORMER}_{word}" if sites and name in asked.verify else ""
    published = (Action("publish", "publish", inputs=(FILES,), output=former),) if sites else ()
    tests = (Action("verify", "verify", inputs=(former,) if former else ()),) if name in asked.verify else ()
    actions = (Action("promote", "promote"), Action("deploy", "deploy"), *published, *tests)
    yield Stage(name, actions, name, unless_none=f"Build.{BUILT}")


def _emails(asked: Stages, name: str) -> tuple[str, ...]:
    """Return the addresses of a plan's approvers: those of the environment's deliveries, or of all environments."""
    if name in asked.approvals:
        return asked.approvals[name].emails
    return tuple(dict.fromkeys(email for one in asked.approvals.values() for email in one.emails))
