"""The role that Terraform gives a deployment may do what `deploy` calls, and nothing of ECS beside it; so says the guide."""

from __future__ import annotations

import re

import boto3
import pytest

from testing import ROOT

CLIENTS = {"ecs.py": "ecs", "presence.py": "", "scheduler.py": "scheduler"}
POLICY = (ROOT / "generator/render/outputs/infra/modules/environment_roles/deploy.tf").read_text()
GUIDE = (ROOT / "docs/guides/ecs.md").read_text()


def called() -> set[str]:
    """Return the actions of IAM that the clients' calls need, by what their code calls."""
    found = {"ecr:DescribeImages"}
    for name, service in CLIENTS.items():
        text = (ROOT / "generator/clients/aws" / name).read_text()
        calls = [(service, method) for method in re.findall(r"self\._api\.(\w+)\(", text)]
        calls += re.findall(r'self\._client\("(\w+)"\)\.(\w+)', text)
        calls += [("logs", method) for method in re.findall(r"self\._logs\.(\w+)\(", text)]
        for one, method in calls:
            client = boto3.client(one, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
            found.add(f"{one}:{client.meta.method_to_api_mapping[method]}")
    return found


def granted(text: str) -> set[str]:
    return set(re.findall(r"\b(?:ecs|ecr|logs|ssm|iam|secretsmanager|scheduler):[A-Z][A-Za-z]+\b", text))


# Tags are given with a revision, and roles with it.
BESIDE = {"ecs:TagResource", "iam:PassRole"}


@pytest.mark.parametrize("place", [POLICY, GUIDE], ids=["the role", "the guide"])
def test_what_deploy_calls_is_permitted_and_nothing_else(place: str) -> None:
    assert granted(place) - {"iam:PassedToService"} == called() | BESIDE
