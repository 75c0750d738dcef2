"""What is wrong with a pipeline through the environments, as users are told."""

from __future__ import annotations

import pytest

from generator.errors import SpecError
from generator.spec import loader

CODECOMMIT = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop"
APPS = "apps:\n  web: {image: shop/web, source: web, port: 80}\n"


def spec(environments: str, more: str, repository: str = CODECOMMIT) -> str:
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    head = f"version: 1\nproject: shop\nrepository: {repository}\nregistry: {registry}\n"
    return f"{head}environments: {environments}\n{more}{APPS}"


PIPELINE = "ci: {codepipeline: true}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (spec("{dev: {}}", PIPELINE), "ci.codepipeline: a pipeline needs infra"),
        (
            spec("{dev: {}}", PIPELINE, "https://codeberg.org/acme/shop.git"),
            "ci.codepipeline: CodePipeline cannot read this repository",
        ),
        (spec("{dev: {verify: ['true']}}", ""), "environments.dev.verify: no pipeline reads it"),
        (spec("{dev: {approval: {email: [a@example.com]}}}", ""), "environments.dev.approval: no pipeline reads it"),
        (
            spec("{dev: {approval: {email: [a@example.com], timeout: 90d}}}", PIPELINE),
            "environments.dev.approval.timeout: 90d is no time that AWS waits",
        ),
        (
            spec("{dev: {approval: {email: [a@example]}}}", PIPELINE),
            'environments.dev.approval.email[0]: "a@example" is not an e-mail address',
        ),
        (
            spec("{dev: {}}", "ci: {codepipeline: {source: ecr}}\n").replace("image: shop/web", "image: docker.io/a/b"),
            "ci.codepipeline.source: no app has its image in ECR",
        ),
    ],
)
def test_a_pipeline_that_cannot_be_is_a_fault(text: str, told: str) -> None:
    with pytest.raises(SpecError) as raised:
        loader.parse(text)
    shown = [f"{fault.path}: {fault.message}" for fault in raised.value.faults]
    assert any(line.startswith(told) for line in shown), shown


def test_the_twin_in_github_reads_approvals_and_tests_too() -> None:
    given = spec("{dev: {verify: ['true']}}", "ci: {github: {stages: true}}\n", "https://github.com/acme/shop.git")
    assert loader.parse(given).environments["dev"].name == "dev"
