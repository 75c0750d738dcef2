"""Limits of names and numbers, by AWS' documentation of each service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from generator.infra.plan import Plan

# Attribute: the longest, and the pattern of the whole.
NAMES: Final[dict[str, tuple[int, str]]] = {
    "aws_lb.name": (32, r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"),
    "aws_lb_target_group.name": (32, r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"),
    "aws_ecs_task_definition.family": (255, r"[A-Za-z0-9_-]+"),
    "aws_ecs_cluster.name": (255, r"[A-Za-z0-9_-]+"),
    "aws_ecs_service.name": (255, r"[A-Za-z0-9_-]+"),
    "aws_eks_cluster.name": (100, r"[A-Za-z0-9][A-Za-z0-9_-]*"),
    "aws_eks_node_group.node_group_name": (63, r"[A-Za-z0-9][A-Za-z0-9_-]*"),
    "aws_iam_role.name": (64, r"[\w+=,.@-]+"),
    "aws_iam_policy.name": (128, r"[\w+=,.@-]+"),
    "aws_db_instance.identifier": (63, r"[a-z]([a-z0-9]|-(?!-|$))*"),
    "aws_db_subnet_group.name": (255, r"[a-z0-9 ._-]+"),
    "aws_dynamodb_table.name": (255, r"[A-Za-z0-9_.-]{3,}"),
    "aws_s3_bucket.bucket": (63, r"[a-z0-9][a-z0-9.-]+[a-z0-9]"),
    "aws_ecr_repository.name": (256, r"[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*"),
    "aws_scheduler_schedule.name": (64, r"[A-Za-z0-9_.-]+"),
    "aws_scheduler_schedule_group.name": (64, r"[A-Za-z0-9_.-]+"),
    "aws_sqs_queue.name": (80, r"[A-Za-z0-9_-]+(\.fifo)?"),
    "aws_sns_topic.name": (256, r"[A-Za-z0-9_-]+(\.fifo)?"),
    "aws_codebuild_project.name": (150, r"[A-Za-z0-9][A-Za-z0-9_-]+"),
    "aws_codepipeline.name": (100, r"[A-Za-z0-9.@_-]+"),
    "aws_cloudwatch_log_group.name": (512, r"[\w./#-]+"),
    "aws_secretsmanager_secret.name": (512, r"[A-Za-z0-9/_+=.@-]+"),
    "aws_security_group.name": (255, r"(?!sg-)[\w .:/()#,@\[\]+=&;{}!$*-]+"),
    "aws_cloudfront_function.name": (64, r"[A-Za-z0-9_-]+"),
    "aws_cloudfront_origin_access_control.name": (64, r"[\s\S]+"),
    "aws_codeconnections_connection.name": (32, r"[\s\S]+"),
}
NUMBERS: Final[dict[str, tuple[int, int]]] = {
    "aws_ecs_service.desired_count": (0, 5000),
    "aws_ecs_service.deployment_maximum_percent": (100, 200),
    "aws_ecs_service.deployment_minimum_healthy_percent": (0, 100),
    "aws_lb_target_group.port": (1, 65535),
    "aws_lb_listener.port": (1, 65535),
    "aws_lb_listener_rule.priority": (1, 50000),
    "aws_lb_target_group.deregistration_delay": (0, 3600),
    "aws_db_instance.allocated_storage": (20, 65536),
    "aws_db_instance.backup_retention_period": (0, 35),
    "aws_appautoscaling_target.min_capacity": (0, 5000),
    "aws_appautoscaling_target.max_capacity": (0, 5000),
    "aws_sqs_queue.message_retention_seconds": (60, 1209600),
    "aws_sqs_queue.visibility_timeout_seconds": (0, 43200),
    "aws_codebuild_project.build_timeout": (5, 2160),
    "aws_kms_key.deletion_window_in_days": (7, 30),
    "aws_secretsmanager_secret.recovery_window_in_days": (0, 30),
}
RETENTION: Final = (
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192),
    *(2557, 2922, 3288, 3653),
)


def names(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find names that are too long, or contain characters that AWS refuses."""
    for resource in plan.resources:
        for attribute in ("name", "family", "identifier", "bucket", "node_group_name"):
            longest, pattern = NAMES.get(f"{resource.kind}.{attribute}", (0, ""))
            name = resource.text(attribute)
            if not longest or not name:
                continue
            if len(name) > longest:
                yield resource.address, f"{attribute}: {name} has {len(name)} characters, and AWS takes {longest}"
            if not re.fullmatch(pattern, name):
                yield resource.address, f"{attribute}: AWS does not take the name {name!r} (it takes {pattern})"


def numbers(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find numbers that AWS refuses."""
    for resource in plan.resources:
        for key, (least, most) in NUMBERS.items():
            kind, attribute = key.split(".")
            if kind != resource.kind:
                continue
            number = _number(resource.values.get(attribute))
            if number is not None and not least <= number <= most:
                yield resource.address, f"{attribute} is {number}; AWS takes {least} to {most}"
    for group in plan.of("aws_cloudwatch_log_group"):
        days = group.values.get("retention_in_days")
        if days is not None and days not in RETENTION:
            yield group.address, f"retention_in_days is {days}; AWS takes {', '.join(map(str, RETENTION))}"
    for target in plan.of("aws_appautoscaling_target"):
        low, high = target.values.get("min_capacity"), target.values.get("max_capacity")
        if isinstance(low, int) and isinstance(high, int) and low > high:
            yield target.address, f"min_capacity {low} is more than max_capacity {high}"


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) or (isinstance(value, str) and value.isdecimal()) else None
