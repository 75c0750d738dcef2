"""The stages of the pipeline, told once: CodePipeline's definition and the GitHub Actions twin are written from them.

An environment comes after the one before it. In each: plan what the
infrastructure becomes, let a person approve that very plan, apply it; then let
a person approve the delivery, where the spec asks for one; then promote the
image, make it run, and test it. The image is built once, before the first.
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
# What a plan's job tells: how many objects change, and in words.
CHANGES: Final = "CHANGES"
SUMMARY: Final = "SUMMARY"
# What a build tells: its tag, the apps and the sites that it built, and how many these are.
TAG: Final = "TAG"
APPS: Final = "APPS"
SITES: Final = "SITES"
BUILT: Final = "BUILT"
# The artifact with the files of sites.
FILES: Final = "sites"
# Who approves a plan has a week; a plan that is older is made again.
PLAN_MINUTES: Final = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Action:
    """One job of a stage; jobs run in order. ``approval`` is set where a person answers instead of a machine.

    ``told`` is the namespace of the variables that later actions may use, ``output`` the artifact that they may read.
    """

    name: str
    job: Job | None = None
    approval: Approval | None = None
    told: str = ""
    output: str = ""
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """Actions of one environment, or of none. ``unless_none`` names the variable that skips the stage if it is 0."""

    name: str
    actions: tuple[Action, ...]
    environment: str = ""
    unless_none: str = ""


def stages(spec: Spec) -> list[Stage]:
    """Return the stages after the source, in their order; none where the spec asks for no pipeline."""
    asked = told.build(spec.data)
    if asked is None:
        return []
    return [*_built(spec, asked), *(one for name in delivered(spec) for one in _environment(spec, asked, name))]


def delivered(spec: Spec) -> list[str]:
    """Return the environments that images are brought to, in order: all from the one that builds are released to."""
    names = [name for name, one in spec.environments.items() if one.pull_requests is None]
    first = released_to(spec)
    return names[names.index(first) :] if first in names else names


def released_to(spec: Spec) -> str:
    """Return the environment that builds are released to."""
    found: str = spec.ci.get("environment") or next(iter(spec.environments))
    return found


# What a job does in its environment's account, it does with a role of this name there; see `infra/bootstrap/`.
_ROLES: Final[Mapping[Job, str]] = {
    "plan": "plan", "apply": "apply", "deploy": "deploy", "publish": "deploy", "verify": "deploy"
}  # fmt: skip


def role(spec: Spec, job: Job, environment: str) -> str:
    """Return the ARN of the role that a job takes on in its environment's account; empty where it needs none."""
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
    """Return the static front ends that the pipeline builds: none where pushes to ECR start it."""
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
    # In the first environment it only goes back, where the stage is rolled back: the build has committed the image.
    tests = (Action("verify", "verify"),) if name in asked.verify else ()
    sites = any(name in site.places for site in built_sites(spec))
    published = (Action("publish", "publish", inputs=(FILES,)),) if sites else ()
    actions = (Action("promote", "promote"), Action("deploy", "deploy"), *published, *tests)
    yield Stage(name, actions, name, unless_none=f"Build.{BUILT}")


def _emails(asked: Stages, name: str) -> tuple[str, ...]:
    """Return who is asked about an environment's plan: those of its deliveries, else of all environments."""
    if name in asked.approvals:
        return asked.approvals[name].emails
    return tuple(dict.fromkeys(email for one in asked.approvals.values() for email in one.emails))
