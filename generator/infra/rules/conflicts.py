"""Attributes that the provider refuses together, or alone; by its documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generator.infra.plan import Plan

EXCLUSIVE: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "aws_db_instance": (
        ("password", "manage_master_user_password"),
        ("password_wo", "manage_master_user_password"),
        ("password", "password_wo"),
        ("identifier", "identifier_prefix"),
        ("snapshot_identifier", "username"),
    ),
    "aws_rds_cluster": (
        ("master_password", "manage_master_user_password"),
        ("cluster_identifier", "cluster_identifier_prefix"),
    ),
    "aws_ecs_service": (("launch_type", "capacity_provider_strategy"),),
    "aws_iam_role": (("name", "name_prefix"),),
    "aws_iam_policy": (("name", "name_prefix"),),
    "aws_security_group": (("name", "name_prefix"),),
    "aws_lb": (("name", "name_prefix"), ("subnets", "subnet_mapping")),
    "aws_lb_target_group": (("name", "name_prefix"),),
    "aws_sns_topic": (("name", "name_prefix"),),
    "aws_sqs_queue": (("name", "name_prefix"), ("kms_master_key_id", "sqs_managed_sse_enabled")),
    "aws_s3_bucket": (("bucket", "bucket_prefix"),),
    "aws_secretsmanager_secret": (("name", "name_prefix"),),
    "aws_secretsmanager_secret_version": (("secret_string", "secret_binary"), ("secret_string", "secret_string_wo")),
    "aws_cloudwatch_log_group": (("name", "name_prefix"),),
    "aws_route": (("gateway_id", "nat_gateway_id"), ("destination_cidr_block", "destination_ipv6_cidr_block")),
    "aws_route53_record": (("alias", "records"), ("alias", "ttl")),
    "aws_vpc_security_group_ingress_rule": (("cidr_ipv4", "referenced_security_group_id"),),
    "aws_vpc_security_group_egress_rule": (("cidr_ipv4", "referenced_security_group_id"),),
    "aws_eks_node_group": (("node_group_name", "node_group_name_prefix"),),
    "aws_scheduler_schedule": (("name", "name_prefix"),),
}
# Where the first is (with this value), the second must be, too.
TOGETHER: Final[dict[str, tuple[tuple[str, object, str], ...]]] = {
    "aws_lb_listener": (("protocol", "HTTPS", "certificate_arn"), ("protocol", "TLS", "certificate_arn")),
    "aws_dynamodb_table": (
        ("billing_mode", "PROVISIONED", "read_capacity"),
        ("billing_mode", "PROVISIONED", "write_capacity"),
    ),
    "aws_db_instance": (("skip_final_snapshot", False, "final_snapshot_identifier"), ("storage_type", "io1", "iops")),
}


def pairs(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find attributes that exclude each other, and those that need another."""
    for resource in plan.of(*EXCLUSIVE, *TOGETHER):
        for one, other in EXCLUSIVE.get(resource.kind, ()):
            if resource.values.get(one) and resource.values.get(other):
                yield resource.address, f"{one} and {other} exclude each other"
        for name, value, needed in TOGETHER.get(resource.kind, ()):
            # What another resource gives is not known, and is there.
            if (
                resource.values.get(name) == value
                and not resource.values.get(needed)
                and not _given(resource.unknown, needed)
            ):
                yield resource.address, f"{name} = {value} needs {needed}"


def _given(unknown: dict[str, object], name: str) -> bool:
    return name not in ("certificate_arn", "read_capacity", "write_capacity", "iops") and bool(unknown.get(name))
