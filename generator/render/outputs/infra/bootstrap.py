"""``infra/bootstrap``: the resources that pipelines need to run Terraform. An administrator applies it by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from generator.render.outputs.infra.configuration import Configuration, Module, Output, provider
from generator.render.outputs.infra.hcl import Block, Item, Raw, Value
from generator.spec import forge_kinds, stages
from generator.spec.infra import Infra, Place

if TYPE_CHECKING:
    from generator.spec.model import Spec

# The column of comments after commands.
_COLUMN: Final = 57
_GITHUB: Final = "https://token.actions.githubusercontent.com"


def _about(infra: Infra) -> str:
    program = infra.program
    if infra.existing_state:
        return f"""\
Who may run Terraform. An administrator applies this by hand, in this folder; the bucket of the states exists already:
  {program} init && {program} apply"""
    apply, move = f"{program} init && {program} apply", f"rm local_override.tf && {program} init -migrate-state"
    return f"""\
Where Terraform keeps its states, and who may run it. An administrator applies this by hand, in this folder:
  1. echo 'terraform {{ backend "local" {{}} }}' > local_override.tf
  2. {apply.ljust(_COLUMN)} it keeps its state here
  3. {move.ljust(_COLUMN)} it moves the state into the bucket that it has made"""


def configuration(spec: Spec, infra: Infra, places: Sequence[Place]) -> Configuration:
    """Return the configuration."""
    others = [account for account in infra.accounts if account != infra.account]
    variables = {"region": ("The region of the states.", infra.region)}
    if others:
        about = "The role in the other accounts that an administrator takes from here."
        variables["admin_role"] = (about, "OrganizationAccountAccessRole")
    bucket: Value = infra.bucket if infra.existing_state else Raw("module.state.bucket")
    modules = [
        *([] if infra.existing_state else [_state(infra, places)]),
        *_github(spec, infra, places),
        *(_roles(spec, infra, place) for place in places),
    ]
    return Configuration(
        folder="bootstrap",
        key="bootstrap/terraform.tfstate",
        about=_about(infra),
        variables=variables,
        providers=[*_providers(infra, others)],
        modules=modules,
        outputs=[Output("state_bucket", "The bucket with all states.", bucket), *_outputs(places)],
        blocks=[*_existing(spec, infra, places)],
    )


def _providers(infra: Infra, others: Sequence[str]) -> Iterator[Block]:
    tags: dict[str, Value] = {"project": infra.project, "managed-by": "terraform"}
    yield provider(infra, infra.account, tags, region=Raw("var.region"))
    for account in others:
        yield provider(infra, account, tags, region=Raw("var.region"), alias=alias(account), assumed=True)


def alias(account: str) -> str:
    """Return the name of the provider for another account. It has a prefix, because names cannot begin with a digit."""
    return f"account_{account}"


def _provided(infra: Infra, account: str) -> dict[str, Value]:
    return {} if account == infra.account else {"aws": Raw(f"aws.{alias(account)}")}


def _state(infra: Infra, places: Sequence[Place]) -> Module:
    others: dict[str, Value] = {place.environment: place.account for place in places if place.account != infra.account}
    return Module(
        "state",
        "state",
        {
            "project": infra.project,
            "bucket": infra.bucket,
            "lock_table": infra.lock != "s3",
            "partition": infra.partition,
            "other_accounts": others,
        },
    )


def on_github(spec: Spec) -> str:
    """Return ``owner/name`` of the repository on GitHub; empty on other forges."""
    forge = forge_kinds.find(spec.repository, spec.forge.kind)
    if forge.name != "github":
        return ""
    return (
        spec.repository.removesuffix(".git").partition("://")[2].partition("/")[2] or spec.repository.partition(":")[2]
    )


def _github(spec: Spec, infra: Infra, places: Sequence[Place]) -> Iterator[Module]:
    """Yield the identity provider of each account, because a role can only trust one in its own account."""
    if not on_github(spec):
        return
    for account in dict.fromkeys(place.account for place in places):
        if account in infra.existing_github:
            continue
        yield Module(_github_name(infra, account), "github_oidc", {}, _provided(infra, account))


def _existing(spec: Spec, infra: Infra, places: Sequence[Place]) -> Iterator[Block]:
    """Yield the data block of the identity provider in each account that has it already."""
    for account in dict.fromkeys(place.account for place in places if on_github(spec)):
        if account in infra.existing_github:
            own: list[Item] = [("provider", one) for one in _provided(infra, account).values()]
            name = _github_name(infra, account)
            yield Block(f'data "aws_iam_openid_connect_provider" "{name}"', [*own, ("url", _GITHUB)])


def _github_provider(infra: Infra, account: str) -> Raw:
    name = _github_name(infra, account)
    existing = f"data.aws_iam_openid_connect_provider.{name}.arn"
    return Raw(existing if account in infra.existing_github else f"module.{name}.provider")


def _github_name(infra: Infra, account: str) -> str:
    return "github" if account == infra.account else f"github_{alias(account)}"


def _roles(spec: Spec, infra: Infra, place: Place) -> Module:
    arguments: dict[str, Value] = {
        "project": infra.project,
        "environment": place.environment,
        "account": place.account,
        "region": place.region,
        "partition": infra.partition,
        "state_bucket": infra.bucket,
        "trusted_account": infra.account,
    }
    if infra.lock != "s3":
        table = f"arn:{infra.partition}:dynamodb:{infra.region}:{infra.account}:table/{infra.bucket}"
        arguments["lock_table"] = table
    if repository := on_github(spec):
        arguments["github"] = {
            "provider": _github_provider(infra, place.account),
            # The role trusts GitHub's environment, where reviewers must approve, and no branch or pull request.
            "subjects": {
                role: [f"repo:{repository}:environment:{place.environment}{ending}"]
                for role, ending in _on_github(spec).items()
            },
        }
    if trusted := _trusted(spec, place.environment):
        place_of = f"arn:{infra.partition}:iam::{infra.account}:role"
        arguments["trusted"] = {role: [f"{place_of}/{name}" for name in names] for role, names in trusted.items()}
    there = (site for site in spec.sites.values() if place.environment in site.places)
    if kinds := sorted({site.kind for site in there}):
        arguments["sites"] = kinds
    name = f"roles_{place.environment.replace('-', '_')}"
    return Module(name, "environment_roles", arguments, _provided(infra, place.account))


def _on_github(spec: Spec) -> dict[str, str]:
    """Return the ending of GitHub's environment by role; plans and deliveries have different approvers."""
    about = spec.ci.get("github")
    if isinstance(about, Mapping) and about.get("stages"):
        return {"plan": "-plan", "apply": "-infrastructure", "deploy": ""}
    return dict.fromkeys(("plan", "apply", "deploy"), "")


def _trusted(spec: Spec, environment: str) -> dict[str, list[str]]:
    """Return, for each role of an environment, the roles of the pipeline's jobs that may assume it."""
    if not stages.is_asked(spec.ci):
        return {} if on_github(spec) else {key: [f"{spec.project}-pipeline"] for key in ("plan", "apply", "deploy")}
    from generator.render.outputs.codepipeline import terraform

    return terraform.roles(spec, environment)


def _outputs(places: Sequence[Place]) -> Iterator[Output]:
    for place in places:
        name = place.environment.replace("-", "_")
        yield Output(f"{name}_roles", f"The roles of {place.environment}.", Raw(f"module.roles_{name}.roles"))
