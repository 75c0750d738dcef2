"""Values that AWS accepts, by its own service models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from generator.infra import tables
from generator.infra.plan import Plan

# Small ones, which no model has.
MORE: Final = {
    "aws_ecs_cluster.setting.value": ["enabled", "disabled", "enhanced"],
    "aws_sns_topic_subscription.protocol": ["email", "email-json", "sqs", "lambda", "https", "http", "sms", "firehose"],
    "aws_db_instance.storage_type": ["gp2", "gp3", "io1", "io2", "standard"],
    "aws_db_instance.engine": ["postgres", "mysql", "mariadb", "aurora-postgresql", "aurora-mysql"],
}


def allowed(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find values that AWS refuses."""
    table = {**tables.values(), **MORE}
    by_kind: dict[str, list[tuple[list[str], str, list[str]]]] = {}
    for key, values in table.items():
        kind, _, path = key.partition(".")
        by_kind.setdefault(kind, []).append((path.split("."), path, values))
    for resource in plan.resources:
        for steps, path, values in by_kind.get(resource.kind, ()):
            for value in _at(resource.values, steps):
                if value not in values:
                    yield resource.address, f"{path}: AWS does not take {value}; it takes {', '.join(values[:12])}"


def _at(value: Any, steps: list[str]) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _at(one, steps)
    elif isinstance(value, dict) and steps:
        yield from _at(value.get(steps[0]), steps[1:])
    elif isinstance(value, str) and value and not steps:
        yield value
