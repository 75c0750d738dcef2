"""What AWS tells of a task definition is compared with what git says: defaults that it fills in are no difference."""

from __future__ import annotations

from typing import Any

import pytest

from generator.delivery.ecs.likeness import differences, unlike

WANTED: dict[str, Any] = {
    "family": "shop-prod-web",
    "cpu": "256",
    "containerDefinitions": [
        {
            "name": "web",
            "image": "shop/web:1",
            "portMappings": [{"name": "http", "containerPort": 8080, "protocol": "tcp"}],
            "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
            "command": ["serve", "--fast"],
        }
    ],
    "tags": [{"key": "app", "value": "web"}],
}
CONTAINER: dict[str, Any] = WANTED["containerDefinitions"][0]
TOLD: dict[str, Any] = {
    **WANTED,
    "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-prod-web:7",
    "revision": 7,
    "status": "ACTIVE",
    "requiresAttributes": [{"name": "x"}],
    "compatibilities": ["EC2", "FARGATE"],
    "volumes": [],
    "placementConstraints": [],
    "tags": [],
    "containerDefinitions": [
        {
            **CONTAINER,
            "cpu": 0,
            "mountPoints": [],
            "volumesFrom": [],
            "portMappings": [{**CONTAINER["portMappings"][0], "hostPort": 8080}],
            "environment": list(reversed(CONTAINER["environment"])),
        }
    ],
}


def with_container(**change: Any) -> dict[str, Any]:
    return {**TOLD, "containerDefinitions": [{**TOLD["containerDefinitions"][0], **change}]}


def test_what_aws_fills_in_is_no_difference() -> None:
    assert differences(WANTED, TOLD) == []


CHANGED = {
    "another image": (with_container(image="shop/web:2"), "containerDefinitions[web].image"),
    "another value": (
        with_container(environment=[{"name": "A", "value": "1"}, {"name": "B", "value": "3"}]),
        "containerDefinitions[web].environment[B].value",
    ),
    "a variable more": (
        with_container(environment=[*CONTAINER["environment"], {"name": "C", "value": "3"}]),
        "containerDefinitions[web].environment[C]",
    ),
    "a variable less": (
        with_container(environment=CONTAINER["environment"][:1]), "containerDefinitions[web].environment[B]",
    ),
    "a right more": (with_container(privileged=True), "containerDefinitions[web].privileged"),
    "other words": (with_container(command=["serve"]), "containerDefinitions[web].command"),
    "a container more": (
        {**TOLD, "containerDefinitions": [*TOLD["containerDefinitions"], {"name": "spy", "image": "x"}]},
        "containerDefinitions[spy]",
    ),
    "another size": ({**TOLD, "cpu": "512"}, "cpu"),
    "a volume": ({**TOLD, "volumes": [{"name": "data"}]}, "volumes"),
}  # fmt: skip


@pytest.mark.parametrize(("told", "field"), CHANGED.values(), ids=CHANGED)
def test_what_runs_otherwise_is_named(told: dict[str, Any], field: str) -> None:
    assert differences(WANTED, told) == [field]


def test_of_a_service_only_what_git_says_counts() -> None:
    ours = {"deploymentConfiguration": {"strategy": "ROLLING", "maximumPercent": 200}}
    told: dict[str, Any] = {
        "deploymentConfiguration": {"strategy": "ROLLING", "maximumPercent": 200, "bakeTimeInMinutes": 0},
        "x": 1,
    }
    assert unlike(ours, told) == []
    assert unlike(ours, {"deploymentConfiguration": {**told["deploymentConfiguration"], "maximumPercent": 150}}) == [
        "deploymentConfiguration"
    ]
