"""Rules on schedules: the format of times in EventBridge Scheduler, and the requirements of its tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from generator.infra.plan import Plan, Resource

# Minute, hour, day of the month, month, day of the week, year; one of the days is a question mark.
_CRON: Final = re.compile(r"cron\(\S+ \S+ (?P<day>\S+) \S+ (?P<weekday>\S+) \S+\)")
_RATE: Final = re.compile(r"rate\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9][0-9]+) (?:minute|hour|day)s)\)")
_AT: Final = re.compile(r"at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)")
_BY: Final = "scheduler.amazonaws.com"
# A block, an attribute of it, and the least and the most that AWS takes.
_NUMBERS: Final = (
    ("retry_policy", "maximum_event_age_in_seconds", 60, 86400),
    ("retry_policy", "maximum_retry_attempts", 0, 185),
    ("ecs_parameters", "task_count", 1, 10),
)


def schedules(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find times that Scheduler cannot parse, tasks that it cannot start, and roles that it may not assume."""
    roles = plan.by("arn", "aws_iam_role")
    for one in plan.of("aws_scheduler_schedule"):
        written = one.text("schedule_expression")
        if written and not _read(written):
            yield one.address, f"schedule_expression: {written} is no time of EventBridge Scheduler"
        for target in one.blocks("target"):
            yield from _target(one, target, roles)


def _read(written: str) -> bool:
    found = _CRON.fullmatch(written)
    if found:
        return (found["day"] == "?") != (found["weekday"] == "?")
    return bool(_RATE.fullmatch(written) or _AT.fullmatch(written))


def _target(one: Resource, target: dict[str, Any], roles: dict[str, Resource]) -> Iterator[tuple[str, str]]:
    for block, attribute, least, most in _NUMBERS:
        for inside in target.get(block) or ():
            number = inside.get(attribute)
            if number is not None and not least <= number <= most:
                yield one.address, f"{block}.{attribute} is {number}; AWS takes {least} to {most}"
    for task in target.get("ecs_parameters") or ():
        if task.get("launch_type") and task.get("capacity_provider_strategy"):
            yield one.address, "launch_type and capacity_provider_strategy exclude each other"
        if task.get("launch_type") == "FARGATE" and not task.get("network_configuration"):
            yield one.address, "a task on Fargate needs network_configuration"
        if ":cluster/" not in str(target.get("arn") or ":cluster/"):
            yield one.address, "a task runs in a cluster, and the target is none"
    role = roles.get(str(target.get("role_arn")))
    trust = role.text("assume_role_policy") if role else _BY
    if role and trust and _BY not in trust:
        yield one.address, f"{role.address} does not let {_BY} take it"
