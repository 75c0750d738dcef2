"""Different names of the same things in Terraform and CloudFormation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.infra.plan import Resource

Properties = dict[str, Any]
_PROVIDER_SAYS: Final = "Managed by Terraform"


def _nothing(_resource: Resource, _properties: Properties) -> None:
    """Leave properties as they are."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A Terraform resource type in CloudFormation.

    Attributes:
        within: The property that holds all others, if there is one.
        finish: Further conversion beyond names.
    """

    to: str
    within: str = ""
    finish: Callable[[Resource, Properties], None] = _nothing


def _table(resource: Resource, found: Properties) -> None:
    found["KeySchema"] = _keys(resource.values)
    made = found.get("GlobalSecondaryIndexes", ())
    for written, index in zip(resource.blocks("global_secondary_index"), made, strict=False):
        if "KeySchema" not in index:
            index["KeySchema"] = _keys(written)


def _keys(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    kinds = {"hash_key": "HASH", "range_key": "RANGE"}
    return [{"AttributeName": values[name], "KeyType": kind} for name, kind in kinds.items() if values.get(name)]


def _pipeline(resource: Resource, found: Properties) -> None:
    for written, made in zip(resource.blocks("stage"), found.get("Stages", ()), strict=False):
        for action, one in zip(written.get("action") or (), made.get("Actions", ()), strict=False):
            parts = {"category": "Category", "owner": "Owner", "provider": "Provider", "version": "Version"}
            one["ActionTypeId"] = {to: action[name] for name, to in parts.items() if action.get(name) is not None}
            for name, to in (("input_artifacts", "InputArtifacts"), ("output_artifacts", "OutputArtifacts")):
                if action.get(name):
                    one[to] = [{"Name": artifact} for artifact in action[name]]
    if len(found.get("ArtifactStores", ())) == 1:
        found["ArtifactStore"] = found.pop("ArtifactStores")[0]


def _project(_resource: Resource, found: Properties) -> None:
    if logs := found.get("LogsConfig", {}).get("CloudWatchLogs"):
        logs.setdefault("Status", "ENABLED")


def _described(name: str) -> Callable[[Resource, Properties], None]:
    """Return what fills in the description that the provider writes where there is none."""

    def finish(_resource: Resource, found: Properties) -> None:
        found.setdefault(name, _PROVIDER_SAYS)

    return finish


def _parameters(resource: Resource, found: Properties) -> None:
    found["Parameters"] = {one["name"]: one["value"] for one in resource.blocks("parameter")}
    found.setdefault("Description", _PROVIDER_SAYS)


def _function(_resource: Resource, found: Properties) -> None:
    found.get("FunctionConfig", {}).setdefault("Comment", _PROVIDER_SAYS)


KINDS: Final[Mapping[str, Kind]] = {
    "aws_acm_certificate": Kind("AWS::CertificateManager::Certificate"),
    "aws_amplify_app": Kind("AWS::Amplify::App"),
    "aws_amplify_branch": Kind("AWS::Amplify::Branch"),
    "aws_amplify_domain_association": Kind("AWS::Amplify::Domain"),
    "aws_appautoscaling_policy": Kind("AWS::ApplicationAutoScaling::ScalingPolicy"),
    "aws_appautoscaling_target": Kind("AWS::ApplicationAutoScaling::ScalableTarget"),
    "aws_cloudfront_distribution": Kind("AWS::CloudFront::Distribution", "DistributionConfig"),
    "aws_cloudfront_function": Kind("AWS::CloudFront::Function", finish=_function),
    "aws_cloudfront_origin_access_control": Kind("AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig"),
    "aws_cloudwatch_dashboard": Kind("AWS::CloudWatch::Dashboard"),
    "aws_cloudwatch_event_rule": Kind("AWS::Events::Rule"),
    "aws_cloudwatch_log_group": Kind("AWS::Logs::LogGroup"),
    "aws_cloudwatch_metric_alarm": Kind("AWS::CloudWatch::Alarm"),
    "aws_codebuild_project": Kind("AWS::CodeBuild::Project", finish=_project),
    "aws_codecommit_repository": Kind("AWS::CodeCommit::Repository"),
    "aws_codeconnections_connection": Kind("AWS::CodeConnections::Connection"),
    "aws_codepipeline": Kind("AWS::CodePipeline::Pipeline", finish=_pipeline),
    "aws_db_instance": Kind("AWS::RDS::DBInstance"),
    "aws_db_parameter_group": Kind("AWS::RDS::DBParameterGroup", finish=_parameters),
    "aws_db_subnet_group": Kind("AWS::RDS::DBSubnetGroup", finish=_described("DBSubnetGroupDescription")),
    "aws_dynamodb_table": Kind("AWS::DynamoDB::Table", finish=_table),
    "aws_ecr_pull_through_cache_rule": Kind("AWS::ECR::PullThroughCacheRule"),
    "aws_ecr_repository": Kind("AWS::ECR::Repository"),
    "aws_ecs_cluster": Kind("AWS::ECS::Cluster"),
    "aws_ecs_cluster_capacity_providers": Kind("AWS::ECS::ClusterCapacityProviderAssociations"),
    "aws_ecs_service": Kind("AWS::ECS::Service"),
    "aws_ecs_task_definition": Kind("AWS::ECS::TaskDefinition"),
    "aws_eip": Kind("AWS::EC2::EIP"),
    "aws_eks_access_entry": Kind("AWS::EKS::AccessEntry"),
    "aws_eks_addon": Kind("AWS::EKS::Addon"),
    "aws_eks_cluster": Kind("AWS::EKS::Cluster"),
    "aws_eks_fargate_profile": Kind("AWS::EKS::FargateProfile"),
    "aws_eks_node_group": Kind("AWS::EKS::Nodegroup"),
    "aws_eks_pod_identity_association": Kind("AWS::EKS::PodIdentityAssociation"),
    "aws_iam_openid_connect_provider": Kind("AWS::IAM::OIDCProvider"),
    "aws_iam_policy": Kind("AWS::IAM::ManagedPolicy"),
    "aws_iam_role": Kind("AWS::IAM::Role"),
    "aws_iam_role_policy": Kind("AWS::IAM::RolePolicy"),
    "aws_instance": Kind("AWS::EC2::Instance"),
    "aws_internet_gateway": Kind("AWS::EC2::InternetGateway"),
    "aws_kms_alias": Kind("AWS::KMS::Alias"),
    "aws_kms_key": Kind("AWS::KMS::Key"),
    "aws_launch_template": Kind("AWS::EC2::LaunchTemplate"),
    "aws_lb": Kind("AWS::ElasticLoadBalancingV2::LoadBalancer"),
    "aws_lb_listener": Kind("AWS::ElasticLoadBalancingV2::Listener"),
    "aws_lb_listener_rule": Kind("AWS::ElasticLoadBalancingV2::ListenerRule"),
    "aws_lb_target_group": Kind("AWS::ElasticLoadBalancingV2::TargetGroup"),
    "aws_nat_gateway": Kind("AWS::EC2::NatGateway"),
    "aws_route": Kind("AWS::EC2::Route"),
    "aws_route53_record": Kind("AWS::Route53::RecordSet"),
    "aws_route53_zone": Kind("AWS::Route53::HostedZone"),
    "aws_route_table": Kind("AWS::EC2::RouteTable"),
    "aws_route_table_association": Kind("AWS::EC2::SubnetRouteTableAssociation"),
    "aws_s3_bucket": Kind("AWS::S3::Bucket"),
    "aws_s3_bucket_policy": Kind("AWS::S3::BucketPolicy"),
    "aws_s3_bucket_public_access_block": Kind("AWS::S3::Bucket"),
    "aws_s3_bucket_server_side_encryption_configuration": Kind("AWS::S3::Bucket"),
    "aws_s3_bucket_versioning": Kind("AWS::S3::Bucket"),
    "aws_scheduler_schedule": Kind("AWS::Scheduler::Schedule"),
    "aws_scheduler_schedule_group": Kind("AWS::Scheduler::ScheduleGroup"),
    "aws_secretsmanager_secret_rotation": Kind("AWS::SecretsManager::RotationSchedule"),
    "aws_security_group": Kind("AWS::EC2::SecurityGroup", finish=_described("GroupDescription")),
    "aws_service_discovery_private_dns_namespace": Kind("AWS::ServiceDiscovery::PrivateDnsNamespace"),
    "aws_service_discovery_service": Kind("AWS::ServiceDiscovery::Service"),
    "aws_sns_topic": Kind("AWS::SNS::Topic"),
    "aws_sns_topic_subscription": Kind("AWS::SNS::Subscription"),
    "aws_sqs_queue": Kind("AWS::SQS::Queue"),
    "aws_subnet": Kind("AWS::EC2::Subnet"),
    "aws_vpc": Kind("AWS::EC2::VPC"),
    "aws_vpc_endpoint": Kind("AWS::EC2::VPCEndpoint"),
    "aws_vpc_security_group_egress_rule": Kind("AWS::EC2::SecurityGroupEgress"),
    "aws_vpc_security_group_ingress_rule": Kind("AWS::EC2::SecurityGroupIngress"),
}
# Kinds that CloudFormation has no resource for, or only as a part of another one.
APART: Final[Mapping[str, str]] = {
    "aws_acm_certificate_validation": "waits, and makes nothing",
    "aws_budgets_budget": "notifications are told in another shape",
    "aws_cloudwatch_event_target": "a part of the rule there",
    "aws_codebuild_webhook": "a part of the project there",
    "aws_default_security_group": "takes over what AWS made",
    "aws_ecr_lifecycle_policy": "a part of the repository there, as text",
    "aws_ecr_repository_policy": "a part of the repository there",
    "aws_eks_access_policy_association": "a part of the access entry there",
    "aws_iam_role_policy_attachment": "a part of the role there",
    "aws_s3_bucket_lifecycle_configuration": "a part of the bucket there, in another shape",
    "aws_sqs_queue_redrive_allow_policy": "a part of the queue there",
}
# What every resource has for Terraform itself, or in another form that is of no use here.
OF_TERRAFORM: Final = frozenset({"id", "region", "tags", "tags_all", "name_prefix", "force_destroy"})
_ACCESS: Final = "aws_s3_bucket_public_access_block"
_LAUNCH: Final = "aws_launch_template"
_ECR_FILTER: Final = "aws_ecr_repository.image_tag_mutability_exclusion_filter"
_HEALTH: Final = "aws_lb_target_group.health_check"
_FORWARD: Final = "aws_lb_listener_rule.action.forward"
_SSE: Final = "aws_s3_bucket_server_side_encryption_configuration.rule"
_DEFAULT_SSE: Final = f"{_SSE}.apply_server_side_encryption_by_default"
_TASK: Final = "aws_scheduler_schedule.target.ecs_parameters"
_CONTENT: Final = ("fixed_response", "redirect", "forward")
RENAMED: Final[Mapping[str, str]] = {
    "aws_amplify_app.custom_rule": "custom_rules",
    "aws_amplify_domain_association.sub_domain": "sub_domain_settings",
    "aws_appautoscaling_policy.name": "policy_name",
    "aws_cloudwatch_event_rule.event_pattern": "event_pattern",
    "aws_cloudwatch_log_group.name": "log_group_name",
    "aws_codebuild_project.build_timeout": "timeout_in_minutes",
    "aws_codecommit_repository.description": "repository_description",
    "aws_cloudfront_distribution.is_ipv6_enabled": "ipv6_enabled",
    "aws_cloudfront_distribution.origin.origin_id": "id",
    "aws_cloudfront_function.code": "function_code",
    "aws_cloudfront_function.comment": "function_config/comment",
    "aws_cloudfront_function.publish": "auto_publish",
    "aws_cloudfront_function.runtime": "function_config/runtime",
    "aws_codeconnections_connection.name": "connection_name",
    "aws_db_instance.identifier": "db_instance_identifier",
    "aws_db_instance.enabled_cloudwatch_logs_exports": "enable_cloudwatch_logs_exports",
    "aws_db_instance.iam_database_authentication_enabled": "enable_iam_database_authentication",
    "aws_db_instance.instance_class": "db_instance_class",
    "aws_db_instance.parameter_group_name": "db_parameter_group_name",
    "aws_db_instance.password": "master_user_password",
    "aws_db_instance.performance_insights_enabled": "enable_performance_insights",
    "aws_db_instance.username": "master_username",
    "aws_db_instance.vpc_security_group_ids": "vpc_security_groups",
    "aws_db_parameter_group.name": "db_parameter_group_name",
    "aws_db_subnet_group.description": "db_subnet_group_description",
    "aws_db_subnet_group.name": "db_subnet_group_name",
    "aws_dynamodb_table.attribute": "attribute_definitions",
    "aws_dynamodb_table.attribute.name": "attribute_name",
    "aws_dynamodb_table.attribute.type": "attribute_type",
    "aws_dynamodb_table.global_secondary_index": "global_secondary_indexes",
    "aws_dynamodb_table.global_secondary_index.name": "index_name",
    "aws_dynamodb_table.global_secondary_index.non_key_attributes": "projection/non_key_attributes",
    "aws_dynamodb_table.global_secondary_index.projection_type": "projection/projection_type",
    "aws_dynamodb_table.name": "table_name",
    "aws_dynamodb_table.point_in_time_recovery": "point_in_time_recovery_specification",
    "aws_dynamodb_table.point_in_time_recovery.enabled": "point_in_time_recovery_enabled",
    "aws_dynamodb_table.server_side_encryption": "sse_specification",
    "aws_dynamodb_table.server_side_encryption.enabled": "sse_enabled",
    "aws_dynamodb_table.ttl": "time_to_live_specification",
    "aws_ecr_repository.encryption_configuration.kms_key": "kms_key",
    f"{_ECR_FILTER}.filter": "image_tag_mutability_exclusion_filter_value",
    f"{_ECR_FILTER}.filter_type": "image_tag_mutability_exclusion_filter_type",
    "aws_ecr_repository.name": "repository_name",
    "aws_ecs_cluster.name": "cluster_name",
    "aws_ecs_cluster.setting": "cluster_settings",
    "aws_ecs_cluster_capacity_providers.cluster_name": "cluster",
    "aws_ecs_service.deployment_circuit_breaker": "deployment_configuration/deployment_circuit_breaker",
    "aws_ecs_service.name": "service_name",
    "aws_ecs_service.network_configuration": "network_configuration/awsvpc_configuration",
    "aws_eip.instance": "instance_id",
    "aws_eks_addon.resolve_conflicts_on_create": "resolve_conflicts",
    "aws_eks_cluster.enabled_cluster_log_types": "logging/cluster_logging/enabled_types",
    "aws_eks_cluster.vpc_config": "resources_vpc_config",
    "aws_eks_fargate_profile.subnet_ids": "subnets",
    "aws_eks_node_group.node_role_arn": "node_role",
    "aws_eks_node_group.subnet_ids": "subnets",
    "aws_iam_policy.name": "managed_policy_name",
    "aws_iam_policy.policy": "policy_document",
    "aws_iam_role.assume_role_policy": "assume_role_policy_document",
    "aws_iam_role.name": "role_name",
    "aws_iam_role_policy.name": "policy_name",
    "aws_iam_role_policy.policy": "policy_document",
    "aws_iam_role_policy.role": "role_name",
    "aws_kms_alias.name": "alias_name",
    "aws_kms_key.deletion_window_in_days": "pending_window_in_days",
    "aws_kms_key.policy": "key_policy",
    "aws_instance.ami": "image_id",
    "aws_instance.vpc_security_group_ids": "security_group_ids",
    f"{_LAUNCH}.block_device_mappings": "launch_template_data/block_device_mappings",
    f"{_LAUNCH}.metadata_options": "launch_template_data/metadata_options",
    f"{_LAUNCH}.name": "launch_template_name",
    "aws_lb.load_balancer_type": "type",
    "aws_lb_listener.certificate_arn": "certificates",
    **{f"aws_lb_listener.default_action.{name}": f"{name}_config" for name in _CONTENT},
    **{f"aws_lb_listener_rule.action.{name}": f"{name}_config" for name in _CONTENT},
    "aws_lb_listener_rule.condition.host_header": "host_header_config",
    "aws_lb_listener_rule.condition.path_pattern": "path_pattern_config",
    f"{_FORWARD}.stickiness": "target_group_stickiness_config",
    f"{_FORWARD}.target_group.arn": "target_group_arn",
    f"{_HEALTH}.enabled": "health_check_enabled",
    f"{_HEALTH}.healthy_threshold": "healthy_threshold_count",
    f"{_HEALTH}.interval": "health_check_interval_seconds",
    f"{_HEALTH}.matcher": "matcher/http_code",
    f"{_HEALTH}.path": "health_check_path",
    f"{_HEALTH}.port": "health_check_port",
    f"{_HEALTH}.protocol": "health_check_protocol",
    f"{_HEALTH}.timeout": "health_check_timeout_seconds",
    f"{_HEALTH}.unhealthy_threshold": "unhealthy_threshold_count",
    "aws_route53_record.alias": "alias_target",
    "aws_route53_record.alias.name": "dns_name",
    "aws_route53_record.alias.zone_id": "hosted_zone_id",
    "aws_route53_record.records": "resource_records",
    "aws_route53_record.zone_id": "hosted_zone_id",
    "aws_s3_bucket.bucket": "bucket_name",
    "aws_s3_bucket_policy.policy": "policy_document",
    **{
        f"{_ACCESS}.{name}": f"public_access_block_configuration/{name}"
        for name in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    },
    _SSE: "bucket_encryption/server_side_encryption_configuration",
    _DEFAULT_SSE: "server_side_encryption_by_default",
    f"{_TASK}.network_configuration": "network_configuration/awsvpc_configuration",
    "aws_security_group.description": "group_description",
    "aws_security_group.name": "group_name",
    "aws_sns_topic.name": "topic_name",
    "aws_sqs_queue.message_retention_seconds": "message_retention_period",
    "aws_sqs_queue.max_message_size": "maximum_message_size",
    "aws_sqs_queue.name": "queue_name",
    "aws_sqs_queue.receive_wait_time_seconds": "receive_message_wait_time_seconds",
    "aws_sqs_queue.visibility_timeout_seconds": "visibility_timeout",
    "aws_vpc_security_group_egress_rule.cidr_ipv4": "cidr_ip",
    "aws_vpc_security_group_egress_rule.referenced_security_group_id": "destination_security_group_id",
    "aws_vpc_security_group_egress_rule.security_group_id": "group_id",
    "aws_secretsmanager_secret_rotation.rotate_immediately": "rotate_immediately_on_update",
    "aws_vpc_security_group_ingress_rule.cidr_ipv4": "cidr_ip",
    "aws_vpc_security_group_ingress_rule.referenced_security_group_id": "source_security_group_id",
    "aws_vpc_security_group_ingress_rule.security_group_id": "group_id",
}
# Looked at, and in no place: why not.
_WAYS: Final = "how Terraform goes about it"
_ATTRIBUTE: Final = "one of many attributes there, as texts"
LEFT_OUT: Final[Mapping[str, str]] = {
    "aws_amplify_domain_association.wait_for_verification": _WAYS,
    "aws_codecommit_repository.default_branch": "set after the first push",
    **{
        f"aws_codepipeline.stage.action.{name}": "told in another shape, see `_pipeline`"
        for name in ("category", "owner", "provider", "version", "input_artifacts", "output_artifacts")
    },
    "aws_db_instance.final_snapshot_identifier": _WAYS,
    "aws_db_instance.skip_final_snapshot": _WAYS,
    "aws_db_parameter_group.parameter": "told in another shape, see `_parameters`",
    "aws_dynamodb_table.global_secondary_index.hash_key": "told in another shape, see `_table`",
    "aws_dynamodb_table.global_secondary_index.range_key": "told in another shape, see `_table`",
    "aws_dynamodb_table.hash_key": "told in another shape, see `_table`",
    "aws_dynamodb_table.range_key": "told in another shape, see `_table`",
    "aws_ecs_task_definition.skip_destroy": _WAYS,
    "aws_eks_addon.resolve_conflicts_on_update": _WAYS,
    "aws_eks_cluster.bootstrap_self_managed_addons": _WAYS,
    "aws_instance.associate_public_ip_address": "a part of the network interface there",
    "aws_instance.root_block_device": "has no name there",
    "aws_internet_gateway.vpc_id": "a resource of its own there",
    "aws_lb.drop_invalid_header_fields": _ATTRIBUTE,
    "aws_lb.enable_deletion_protection": _ATTRIBUTE,
    "aws_lb_target_group.deregistration_delay": _ATTRIBUTE,
    "aws_route53_record.allow_overwrite": _WAYS,
    **{
        f"aws_s3_bucket_{part}.bucket": "each part of a bucket is one of its own here, and has no name"
        for part in ("public_access_block", "server_side_encryption_configuration", "versioning")
    },
}
# Blocks whose fields stand beside it there.
FLAT: Final = frozenset({_HEALTH})
# What may be left out, and stands in place of something else: known or not, it is there.
INSTEAD: Final = frozenset({"aws_vpc_security_group_ingress_rule.referenced_security_group_id"})
# Attributes that are JSON; of those that are true, every field is AWS' own, and one that is none is an error.
DOCUMENTS: Final[Mapping[str, bool]] = {
    "aws_ecs_task_definition.container_definitions": True,
    "aws_iam_policy.policy": False,
    "aws_iam_role.assume_role_policy": False,
    "aws_iam_role_policy.policy": False,
    "aws_kms_key.policy": False,
    "aws_s3_bucket_policy.policy": False,
    "aws_cloudwatch_event_rule.event_pattern": False,
    "aws_sqs_queue.redrive_policy": False,
}
# Values that are written in another form.
VALUES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "aws_cloudwatch_metric_alarm.dimensions": lambda names: [{"Name": name, "Value": names[name]} for name in names],
    # Which image it is, only an account tells.
    "aws_instance.ami": lambda _: "ami-00000000000000000",
    "aws_lb_listener.certificate_arn": lambda arn: [{"CertificateArn": arn}],
    "aws_eks_cluster.enabled_cluster_log_types": lambda kinds: [{"Type": kind} for kind in kinds],
    "aws_ecs_service.network_configuration.assign_public_ip": lambda yes: "ENABLED" if yes else "DISABLED",
    f"{_TASK}.network_configuration.assign_public_ip": lambda yes: "ENABLED" if yes else "DISABLED",
    "aws_launch_template.block_device_mappings.ebs.encrypted": lambda text: text in (True, "true"),
}
