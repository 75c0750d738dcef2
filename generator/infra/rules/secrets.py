"""Rules on secrets: a value that Terraform knows is also in the plan and in the state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from generator.infra.plan import Plan

# Attributes that are a secret's value, with what to write in their place.
_WRITE_ONLY: Final = "which Terraform keeps nowhere"
VALUES: Final[dict[str, dict[str, str]]] = {
    "aws_acm_certificate": {"private_key": f"private_key_wo, {_WRITE_ONLY}"},
    "aws_amplify_app": {"access_token": "a connection", "oauth_token": "a connection"},
    "aws_codebuild_source_credential": {"token": "a connection"},
    "aws_db_instance": {"password": "manage_master_user_password"},
    "aws_elasticache_replication_group": {"auth_token": f"auth_token_wo, {_WRITE_ONLY}"},
    "aws_rds_cluster": {"master_password": "manage_master_user_password"},
    "aws_secretsmanager_secret_version": {
        "secret_binary": f"secret_string_wo, {_WRITE_ONLY}",
        "secret_string": f"secret_string_wo, {_WRITE_ONLY}",
    },
}
# Names of variables that hold a secret, and not where one is.
_NAMED: Final = re.compile(r"(?:.*_)?(?:PASSWORD|PASSWD|TOKEN|SECRET|SECRET_KEY|API_KEY|PRIVATE_KEY|ACCESS_KEY)", re.I)
# An address that has a user's password in it.
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/:@]*:[^\s/@]+@")
_PLAIN: Final = (None, "", "PLAINTEXT")


def written(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find values of secrets that are written in attributes."""
    for resource in plan.of(*VALUES):
        for name, instead in VALUES[resource.kind].items():
            if resource.values.get(name):
                yield resource.address, f"{name} would stand in the plan and in the state; use {instead}"


def variables(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find values of secrets among the variables of tasks and builds, without showing them."""
    for task in plan.of("aws_ecs_task_definition"):
        for container in _maps(task.document("container_definitions")):
            for one in _maps(container.get("environment")):
                if _secret(one):
                    yield task.address, f"{one['name']} has a secret's value; name where it is under `secrets`"
    for project in plan.of("aws_codebuild_project"):
        for environment in project.blocks("environment"):
            for one in _maps(environment.get("environment_variable")):
                if one.get("type") in _PLAIN and _secret(one):
                    yield project.address, f'{one["name"]} has a secret\'s value; use `type = "SECRETS_MANAGER"`'


def _secret(variable: dict[str, Any]) -> bool:
    """Tell whether a variable has a secret's value: by its name, unless it says where one is, or by an address."""
    name, value = str(variable.get("name")), variable.get("value")
    if not isinstance(value, str) or not value:
        return False
    elsewhere = value.startswith(("arn:", "/"))
    return bool(_ADDRESS.search(value)) or (bool(_NAMED.fullmatch(name)) and not elsewhere)


def _maps(items: Any) -> list[dict[str, Any]]:
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
