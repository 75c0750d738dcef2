"""The policies of the guide are policies that AWS takes: IAM's own rules by moto, names of actions by botocore's models."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final

import boto3
import botocore.session
import pytest
from botocore import xform_name
from moto import mock_aws

from testing.pages import ROOT, Block, blocks

PAGES: Final = ("docs/guides/permissions.md", "docs/guides/recipes.md", "docs/guides/eks.md")
POLICIES: Final = [
    block for block in blocks(*PAGES) if block.language == "json" and "Statement" in json.loads(block.text)
]
# What is no operation of the API, but a right of its own.
RIGHTS: Final = {"codecommit:GitPull", "codecommit:GitPush", "codebuild:BatchPutTestCases", "codebuild:CreateReport",
                 "codebuild:UpdateReport", "codeconnections:GetConnectionToken", "sts:TagSession"}  # fmt: skip
# AWS has no resource to name for these.
GLOBAL: Final = ("ecr:GetAuthorizationToken", "codecommit:CreateApprovalRuleTemplate",
                 "codecommit:AssociateApprovalRuleTemplateWithRepository")  # fmt: skip


def statements(block: Block) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(block.text)["Statement"]
    return found


def actions(block: Block) -> list[str]:
    given = [statement["Action"] for statement in statements(block)]
    return [action for one in given for action in ([one] if isinstance(one, str) else one)]


def is_trust(block: Block) -> bool:
    return any("Principal" in statement for statement in statements(block))


def operations(service: str) -> set[str]:
    loader = botocore.session.get_session().get_component("data_loader")
    return set(loader.load_service_model(service, "service-2")["operations"])


def test_there_are_policies() -> None:
    assert len(POLICIES) >= 9


@pytest.mark.parametrize("block", POLICIES, ids=map(str, POLICIES))
def test_iam_takes_the_policy(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        iam = boto3.client("iam", region_name="eu-west-1")
        if is_trust(block):
            iam.create_role(RoleName="role", AssumeRolePolicyDocument=block.text)
        else:
            iam.create_policy(PolicyName="policy", PolicyDocument=block.text)


@pytest.mark.parametrize("block", POLICIES, ids=map(str, POLICIES))
def test_every_action_exists(block: Block) -> None:
    for action in actions(block):
        service, _, name = action.partition(":")
        assert action in RIGHTS or name in operations(service), action


@pytest.mark.parametrize("block", POLICIES, ids=map(str, POLICIES))
def test_no_policy_allows_more_than_its_resources(block: Block) -> None:
    for statement in statements(block):
        if "Principal" not in statement and statement["Resource"] == "*":
            assert set(GLOBAL) >= set([one] if isinstance(one := statement["Action"], str) else one)
        assert not re.search(r"\*", json.dumps(statement["Action"]))


@cache
def called() -> frozenset[str]:
    """Return boto3's methods, names for paginators, and words of the AWS CLI in scripts, in the generator's code."""
    code = "".join(path.read_text() for path in (ROOT / "generator").rglob("*.py"))
    forms = (r"client(?:\([^()]*\))?\.(\w+)", r"get_paginator\(\"(\w+)\"", r"\b([a-z]+(?:-[a-z]+)+)\b")
    return frozenset(word.replace("-", "_") for form in forms for word in re.findall(form, code))


@pytest.mark.parametrize("service", ["ecr", "codecommit", "secretsmanager", "sns"])
def test_every_call_of_the_generator_is_allowed_by_a_policy(service: str) -> None:
    needed = {f"{service}:{name}" for name in operations(service) if xform_name(name) in called()}
    assert len(needed) >= {"ecr": 4, "codecommit": 12}.get(service, 1)
    assert needed <= {action for block in POLICIES for action in actions(block)}
