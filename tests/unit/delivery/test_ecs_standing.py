"""How a service stands: by its deployments, in the shapes that AWS gives them."""

from __future__ import annotations

from typing import Any

import pytest

from generator.delivery.ecs import standing

NEW, OLD = "arn:aws:ecs:eu-west-1:1:task-definition/web:2", "arn:aws:ecs:eu-west-1:1:task-definition/web:1"


def service(*deployments: dict[str, Any], desired: int = 2) -> dict[str, Any]:
    return {"desiredCount": desired, "deployments": list(deployments)}


def deployment(definition: str, status: str, state: str | None, running: int = 2, **more: Any) -> dict[str, Any]:
    about = {"taskDefinition": definition, "status": status, "runningCount": running, **more}
    return {**about, "rolloutState": state} if state else about


ROWS = {
    "it runs": (service(deployment(NEW, "PRIMARY", "COMPLETED")), None, "healthy", "2 of 2 tasks run"),
    "it runs, and the old tasks drain": (
        service(deployment(NEW, "PRIMARY", "COMPLETED"), deployment(OLD, "ACTIVE", "COMPLETED", 1)), None, "healthy",
        "2 of 2",
    ),
    "one of two is up": (
        service(deployment(NEW, "PRIMARY", "IN_PROGRESS", 1), deployment(OLD, "ACTIVE", "COMPLETED")), None, "waiting",
        "1 of 2 new tasks run",
    ),
    "tasks end again and again": (
        service(deployment(NEW, "PRIMARY", "IN_PROGRESS", 0, failedTasks=2)), None, "waiting", "2 have failed",
    ),
    "no rollout is told of, and others are there": (
        service(deployment(NEW, "PRIMARY", None), deployment(OLD, "ACTIVE", None)), None, "waiting", "2 of 2 new",
    ),
    "no rollout is told of, and nothing else is there": (
        service(deployment(NEW, "PRIMARY", None)), None, "healthy", "2 of 2",
    ),
    "the circuit breaker went back, and the failed one is told": (
        service(
            deployment(OLD, "PRIMARY", "COMPLETED"),
            deployment(NEW, "INACTIVE", "FAILED", 0, rolloutStateReason="circuit breaker"),
        ),
        None, "failed", "circuit breaker",
    ),
    "it went back, and only the service deployments tell": (
        service(deployment(OLD, "PRIMARY", "COMPLETED")), (NEW, "tasks failed to start"), "failed", "failed to start",
    ),
    "an older failure is none of this one": (
        service(deployment(OLD, "PRIMARY", "COMPLETED")), ("web:0", "old"), "other", "runs web:1",
    ),
    "another definition runs": (service(deployment(OLD, "PRIMARY", "COMPLETED")), None, "other", "runs web:1"),
    "none is wanted, and none runs": (
        service(deployment(NEW, "PRIMARY", "COMPLETED", 0), desired=0), None, "healthy", "0 of 0",
    ),
    "nothing is there": ({}, None, "other", "runs nothing"),
}  # fmt: skip


@pytest.mark.parametrize(("there", "failed", "result", "said"), ROWS.values(), ids=ROWS)
def test_how_a_service_stands(there: dict[str, Any], failed: tuple[str, str] | None, result: str, said: str) -> None:
    found = standing.of(there, NEW, failed)
    assert found.result == result
    assert said in found.said
