"""Render git's part of a schedule: when a task starts, and how long starts are retried. Terraform sets the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.render.outputs.ecs import capacity
from generator.spec import aws_names, event_schedule
from generator.spec.workload import Workload

if TYPE_CHECKING:
    from generator.spec.model import Spec

# Kubernetes' default, as on EKS.
_ZONE: Final = "UTC"
# For how many seconds AWS retries a failed start, for example without capacity. The number of retries is the limit.
_AGE: Final = 3600
_ATTEMPTS: Final = 185


def render(spec: Spec, environment: str, workload: Workload) -> dict[str, Any]:
    """Return the schedule in the shape of UpdateSchedule. `deploy` adds the revision of the task definition."""
    place, names = spec.aws[environment], (spec.project, environment)
    given = workload.settings
    family = aws_names.family(*names, workload.name)
    task: dict[str, Any] = {
        "TaskDefinitionArn": aws_names.arn(place, "ecs", f"task-definition/{family}"),
        "TaskCount": 1,
        "PropagateTags": "TASK_DEFINITION",
    }
    return {
        "GroupName": aws_names.schedule_group(*names),
        "Name": aws_names.schedule(workload.name),
        "ScheduleExpression": event_schedule.expression(str(given["schedule"])),
        "ScheduleExpressionTimezone": given.get("timeZone") or _ZONE,
        "State": "DISABLED" if given.get("suspend") else "ENABLED",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": aws_names.arn(place, "ecs", f"cluster/{aws_names.cluster(*names)}"),
            "RoleArn": aws_names.role_arn(place, aws_names.scheduler_role(*names, workload.name)),
            "EcsParameters": {**task, **_where(workload.ecs.get("spot"))},
            "RetryPolicy": {
                "MaximumEventAgeInSeconds": given.get("startingDeadlineSeconds") or _AGE,
                "MaximumRetryAttempts": _ATTEMPTS,
            },
        },
    }


def _where(spot: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the capacity providers of the task. The names of inner fields are in ECS' spelling."""
    return {"LaunchType": "FARGATE"} if spot is None else {"CapacityProviderStrategy": capacity.on_spot(spot)}
