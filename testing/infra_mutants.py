"""Changes of good Terraform that a check must catch, each with the layer that must catch it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

GOOD: Final = Path(__file__).parent.parent / "tests/integration/infra/good"


class Mutant(NamedTuple):
    """One change of a good configuration; ``layer`` is empty where nothing catches it, which the docs say."""

    name: str
    domain: str
    old: str
    new: str
    layer: str = "rules"

    def text(self) -> str:
        """Return the changed configuration."""
        good = (GOOD / self.domain / "main.tf").read_text()
        assert self.old in good, f"{self.name}: {self.old!r} is not in {self.domain}"
        return good.replace(self.old, self.new, 1)


SCHEMA: Final = (
    Mutant("argument that there is not", "ecs", "enable_dns_hostnames", "enable_dns_host_names", "schema"),
    Mutant("required argument missing", "ecs", '  family                   = "stall-prod-web"\n', "", "schema"),
    Mutant("required argument of a block missing", "ecs", "    subnets         = aws_subnet.public[*].id\n", "", "schema"),
    Mutant("required block missing", "cluster", "    subnet_ids = aws_subnet.private[*].id\n  }", "  }", "schema"),
    Mutant("text for a number", "ecs", "desired_count   = 2", 'desired_count   = "two"', "schema"),
    Mutant("one for many", "ecs", "[aws_security_group.edge.id]", "aws_security_group.edge", "plan"),
    Mutant("kind that there is not", "ecs", '"aws_internet_gateway"', '"aws_internet_gatewy"', "schema"),
    Mutant("resource that there is not", "ecs", "aws_ecs_cluster.main.id", "aws_ecs_cluster.other.id", "schema"),
    Mutant("attribute that there is not", "ecs", "aws_lb.main.arn", "aws_lb.main.arm", "schema"),
    Mutant("what AWS decides", "ecs", 'name = "stall-prod"\n', 'name = "stall-prod"\n  arn = "x"\n', "schema"),
    Mutant("block twice", "ecs", "  health_check {", '  health_check {\n    path = "/a"\n  }\n  health_check {', "schema"),
    Mutant("block that there is not", "ecs", "  network_configuration {", "  network_config {", "schema"),
    Mutant("block for an attribute", "ecs", '  launch_type     = "FARGATE"', "  launch_type {\n  }", "schema"),
    Mutant("network that is none", "ecs", '"10.20.0.0/16"', '"10.20.1.0/16"', "schema"),
    Mutant("variable that there is not", "stores", '"stall-prod-carts"', "var.name", "schema"),
    Mutant("document that is no JSON", "ecs", "container_definitions = jsonencode(", "container_definitions = join(\"\", ", "schema"),
    Mutant("key that there is not", "stores", '  hash_key     = "id"', '  hash_keys    = "id"', "schema"),
)  # fmt: skip
RULES: Final = (
    Mutant("launch type", "ecs", '"FARGATE"\n  network_conf', '"FARGAT"\n  network_conf'),
    Mutant("memory that Fargate has not", "ecs", '"1024"', '"900"'),
    Mutant("cpu that Fargate has not", "ecs", '= "512"', '= "300"'),
    Mutant("bridge on Fargate", "ecs", '"awsvpc"', '"bridge"'),
    Mutant("cpu architecture", "ecs", '"ARM64"', '"ARM"'),
    Mutant("operating system", "ecs", '"LINUX"', '"LINUXX"'),
    Mutant("container that the task has not", "ecs", 'container_name   = "web"', 'container_name   = "app"'),
    Mutant("port that the container has not", "ecs", "container_port   = 8080", "container_port   = 80"),
    Mutant("targets by instance", "ecs", 'target_type = "ip"', 'target_type = "instance"'),
    Mutant("type of target that there is not", "ecs", 'target_type = "ip"', 'target_type = "address"'),
    Mutant("negative count", "ecs", "desired_count   = 2", "desired_count   = -1"),
    Mutant("family with a space", "ecs", 'family                   = "stall-prod-web"', 'family = "stall prod web"'),
    Mutant("listener without a certificate", "ecs", "  certificate_arn   = aws_acm_certificate.main.arn\n", ""),
    Mutant("protocol of a listener", "ecs", '= "HTTPS"', '= "HTTPSS"'),
    Mutant("port out of range", "ecs", "port              = 443", "port              = 70443"),
    Mutant("name too long for a load balancer", "ecs", 'aws_lb" "main" {\n  name               = "stall-prod"', 'aws_lb" "main" {\n  name = "stall-production-europe-west-1-edge"'),
    Mutant("container insights", "ecs", '"enhanced"', '"on"'),
    Mutant("setting of a cluster", "ecs", '"containerInsights"', '"containerInsight"'),
    Mutant("days of logs", "ecs", "retention_in_days = 30", "retention_in_days = 31"),
    Mutant("least more than most", "ecs", "min_capacity       = 2", "min_capacity       = 9"),
    Mutant("dimension that scales", "ecs", '"ecs:service:DesiredCount"', '"ecs:service:desiredCount"'),
    Mutant("subnet outside", "ecs", "cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)", 'cidrsubnet("10.99.0.0/16", 8, count.index)'),
    Mutant("subnets over each other", "ecs", "cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)", "cidrsubnet(aws_vpc.main.cidr_block, 8 + count.index, 0)"),
    Mutant("one zone", "ecs", '["eu-west-1a", "eu-west-1b"]', '["eu-west-1a", "eu-west-1a"]'),
    Mutant("tasks open to all", "ecs", "  referenced_security_group_id = aws_security_group.edge.id", '  cidr_ipv4 = "0.0.0.0/0"'),
    Mutant("launch type and providers", "ecs", '  launch_type     = "FARGATE"', '  launch_type = "FARGATE"\n  capacity_provider_strategy {\n    capacity_provider = "FARGATE_SPOT"\n    weight = 1\n  }'),
    Mutant("validation of a certificate", "ecs", '"DNS"', '"TXT"'),
    Mutant("no container is essential", "ecs", "essential    = true", "essential    = false"),
    Mutant("both kinds of days", "ecs", "cron(0 3 ? * MON-FRI *)", "cron(0 3 1 * MON-FRI *)"),
    Mutant("cron of five fields", "ecs", "cron(0 3 ? * MON-FRI *)", "0 3 * * 1-5"),
    Mutant("rate of one in the plural", "ecs", "cron(0 3 ? * MON-FRI *)", "rate(1 hours)"),
    Mutant("state of a schedule", "ecs", '"ENABLED"', '"ENABLE"'),
    Mutant("window of a schedule", "ecs", 'mode = "OFF"', 'mode = "NONE"'),
    Mutant("task without a network", "ecs", "      network_configuration {\n        subnets         = aws_subnet.public[*].id\n        security_groups = [aws_security_group.tasks.id]\n      }\n", ""),
    Mutant("schedule of no cluster", "ecs", "    arn      = aws_ecs_cluster.main.arn", "    arn      = aws_ecs_task_definition.web.arn"),
    Mutant("tries for too long", "ecs", "maximum_event_age_in_seconds = 3600", "maximum_event_age_in_seconds = 100000"),
    Mutant("role that the scheduler may not take", "ecs", "scheduler.amazonaws.com", "events.amazonaws.com"),
    Mutant("source in the second stage", "pipeline", 'category         = "Build"', 'category         = "Source"'),
    Mutant("no source first", "pipeline", 'category         = "Source"', 'category         = "Build"'),
    Mutant("provider of an approval", "pipeline", '"Manual"', '"Manuel"'),
    Mutant("provider of a source", "pipeline", '"CodeCommit"', '"Codecommit"'),
    Mutant("artifact that is not made", "pipeline", 'input_artifacts  = ["source"]', 'input_artifacts  = ["sources"]'),
    Mutant("artifact made twice", "pipeline", 'output_artifacts = ["plan"]', 'output_artifacts = ["source"]'),
    Mutant("stage twice", "pipeline", 'name = "Approve"\n    action', 'name = "Plan"\n    action'),
    Mutant("configuration of a source missing", "pipeline", '        BranchName     = "main"\n', ""),
    Mutant("type of a pipeline", "pipeline", '"V2"', '"V3"'),
    Mutant("mode of a pipeline", "pipeline", '"QUEUED"', '"QUEUE"'),
    Mutant("size of a build", "pipeline", '"BUILD_GENERAL1_SMALL"', '"BUILD_GENERAL1_TINY"'),
    Mutant("type of a build", "pipeline", '"ARM_CONTAINER"', '"ARM_CONTAINERS"'),
    Mutant("action that there is not", "pipeline", '"s3:PutObject"', '"s3:PutObjects"'),
    Mutant("service that there is not", "pipeline", '"ecr:GetAuthorizationToken"', '"ecrr:GetAuthorizationToken"'),
    Mutant("any role passed", "pipeline", "Resource = aws_iam_role.target.arn", 'Resource = "arn:aws:iam::123456789012:role/*"'),
    Mutant("role that edits itself", "pipeline", 'Action   = "iam:PassRole"\n        Resource = aws_iam_role.target.arn', 'Action   = "iam:PutRolePolicy"\n        Resource = aws_iam_role.pipeline.arn'),
    Mutant("all but some", "pipeline", 'Action   = ["s3:GetObject", "s3:PutObject"]', 'NotAction = ["s3:DeleteObject"]'),
    Mutant("two passwords", "stores", "  manage_master_user_password = true", '  manage_master_user_password = true\n  password = "not-a-real-one"'),
    Mutant("password written down", "stores", "  manage_master_user_password = true", '  password = "not-a-real-one"'),
    Mutant("password in a task", "ecs", "essential    = true", 'essential = true\n    environment = [{ name = "DB_PASSWORD", value = "not-a-real-one" }]'),
    Mutant("password in an address", "ecs", "essential    = true", 'essential = true\n    environment = [{ name = "STORE", value = "redis://app:not-a-real-one@stall" }]'),
    Mutant("token of a build", "pipeline", '"ARM_CONTAINER"', '"ARM_CONTAINER"\n    environment_variable {\n      name = "API_TOKEN"\n      value = "not-a-real-one"\n    }'),
    Mutant("engine of a database", "stores", '"postgres"', '"postgresql"'),
    Mutant("storage of a database", "stores", '"gp3"', '"gp4"'),
    Mutant("days of backups", "stores", "backup_retention_period     = 7", "backup_retention_period     = 60"),
    Mutant("last snapshot without a name", "stores", '  final_snapshot_identifier   = "stall-prod-main-last"\n', ""),
    Mutant("name of a database", "stores", '"stall-prod-main"', '"stall--prod"'),
    Mutant("billing of a table", "stores", '"PAY_PER_REQUEST"', '"ON_DEMAND"'),
    Mutant("type of a key", "stores", 'type = "S"', 'type = "STRING"'),
    Mutant("type of an index's key", "stores", '"HASH"', '"HASHED"'),
    Mutant("index without a first key", "stores", '"HASH"', '"RANGE"'),
    Mutant("what an index holds", "stores", '"INCLUDE"', '"SOME"'),
    Mutant("index of everything and of some", "stores", '"INCLUDE"', '"ALL"'),
    Mutant("key that is not declared", "stores", 'attribute_name = "owner"', 'attribute_name = "person"'),
    Mutant("attribute of no key", "stores", 'hash_key     = "id"', 'hash_key     = "owner"'),
    Mutant("time of messages", "stores", "86400", "30"),
    Mutant("name of a bucket", "stores", '"stall-prod-uploads"', '"Stall_uploads"'),
    Mutant("tags of images", "stores", '"IMMUTABLE"', '"FIXED"'),
    Mutant("two keys of a queue", "stores", "  sqs_managed_sse_enabled   = true", '  sqs_managed_sse_enabled = true\n  kms_master_key_id = "alias/x"'),
    Mutant("alarms to a topic with AWS' own key", "stores", "= aws_kms_key.alarms.arn", '= "alias/aws/sns"'),
    Mutant("key that alarms may not use", "stores", '{ Service = "cloudwatch.amazonaws.com" }', '{ Service = "events.amazonaws.com" }'),
    Mutant("key that alarms may not encrypt with", "stores", '"kms:Decrypt", "kms:GenerateDataKey*"', '"kms:Decrypt", "kms:Encrypt"'),
    Mutant("alarm on what nothing measures", "cluster", '"amazon-cloudwatch-observability"', '"metrics-server"'),
    Mutant("modes of access", "cluster", '"API"', '"APIS"'),
    Mutant("support of a cluster", "cluster", '"STANDARD"', '"NORMAL"'),
    Mutant("image of nodes", "cluster", '"AL2023_ARM_64_STANDARD"', '"AL2023_ARM64"'),
    Mutant("capacity of nodes", "cluster", '"ON_DEMAND"', '"ONDEMAND"'),
    Mutant("class of a database", "stores", '"db.t4g.micro"', '"db.t4g.tiny"', "cloudformation"),
    Mutant("version of a database", "stores", '"17"', '"17.99"', "cloudformation"),
    Mutant("certificate of CloudFront elsewhere", "sites", '"us-east-1"', '"eu-central-1"'),
    Mutant("alias without a certificate", "sites", "    acm_certificate_arn      = aws_acm_certificate.www.arn\n    ssl_support_method       = \"sni-only\"\n    minimum_protocol_version = \"TLSv1.2_2021\"", "    cloudfront_default_certificate = true"),
    Mutant("origin that there is not", "sites", 'target_origin_id       = "files"', 'target_origin_id       = "file"'),
    Mutant("files for any distribution", "sites", '      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudfront_distribution.www.arn } }\n', ""),
    Mutant("files for everyone", "sites", '{ Service = "cloudfront.amazonaws.com" }\n      Action    = "s3:GetObject"\n      Resource  = "${aws_s3_bucket.files.arn}/*"\n      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudfront_distribution.www.arn } }', '"*"\n      Action    = "s3:GetObject"\n      Resource  = "${aws_s3_bucket.files.arn}/*"'),
    Mutant("what browsers are sent to", "sites", '"redirect-to-https"', '"redirect-to-tls"'),
    Mutant("price class", "sites", '"PriceClass_100"', '"PriceClass_1"'),
    Mutant("version of HTTP", "sites", '"http2and3"', '"http4"'),
    Mutant("version of TLS", "sites", '"TLSv1.2_2021"', '"TLSv1.4"'),
    Mutant("how requests are signed", "sites", '"always"', '"sometimes"'),
    Mutant("when a function runs", "sites", '"viewer-request"', '"viewer-requests"'),
    Mutant("runtime of a function", "sites", '"cloudfront-js-2.0"', '"cloudfront-js-9.0"'),
    Mutant("name of a function", "sites", 'function" "folders" {\n  name    = "stall-prod-www"', 'function" "folders" {\n  name    = "stall.prod.www"'),
    Mutant("restriction of countries", "sites", 'restriction_type = "none"', 'restriction_type = "nowhere"', "cloudformation"),
    Mutant("platform of Amplify", "sites", '"WEB"', '"SPA"'),
    Mutant("stage of a branch", "sites", '"PRODUCTION"', '"PROD"'),
    Mutant("status of a rule", "sites", 'status = "404"', 'status = "not found"', "cloudformation"),
    Mutant("a wrong principal of a role", "ecs", '"ecs-tasks.amazonaws.com"', '"ecs-task.amazonaws.com"', ""),
    Mutant("more desired nodes than the maximum", "cluster", "desired_size = 2", "desired_size = 9", ""),
)  # fmt: skip
MISSED: Final = tuple(mutant for mutant in RULES if not mutant.layer)
