# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The shell of a service on ECS: where it stands, and who reaches it. What runs in it, and how many tasks, is git's:
# `deploy` registers task definitions and sets the count, and Terraform leaves both alone.

locals {
  balanced = var.port != null && length(var.hosts) + length(var.paths) > 0
  blue     = local.balanced && var.blue_green
}

resource "aws_security_group" "this" {
  name        = "${var.cluster}-${var.name}"
  description = "Tasks of ${var.name}"
  vpc_id      = var.vpc

  tags = { Name = "${var.cluster}-${var.name}" }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  security_group_id = aws_security_group.this.id
  description       = "To what the app needs"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

# From the load balancer, and from apps that need this one.
resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = var.port == null ? {} : var.clients

  security_group_id            = aws_security_group.this.id
  description                  = "From ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}

# The first revision only makes the service possible: it is never started, since the count begins at none.
resource "aws_ecs_task_definition" "first" {
  family                   = var.family
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"
  execution_role_arn       = var.execution_role
  task_role_arn            = var.task_role
  skip_destroy             = true

  container_definitions = jsonencode([{
    name         = var.name
    image        = "public.ecr.aws/docker/library/busybox:1.37"
    essential    = true
    portMappings = var.port == null ? [] : [{ containerPort = var.port, protocol = "tcp" }]
  }])
}

resource "aws_ecs_service" "this" {
  name                   = var.name
  cluster                = var.cluster
  task_definition        = aws_ecs_task_definition.first.arn
  desired_count          = 0
  enable_execute_command = var.exec
  propagate_tags         = "SERVICE"

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets         = var.subnets
    security_groups = [aws_security_group.this.id]
  }

  dynamic "load_balancer" {
    for_each = local.balanced ? [aws_lb_target_group.this[0].arn] : []

    content {
      target_group_arn = load_balancer.value
      container_name   = var.name
      container_port   = var.port

      dynamic "advanced_configuration" {
        for_each = local.blue ? [aws_lb_target_group.other[0].arn] : []

        content {
          alternate_target_group_arn = advanced_configuration.value
          production_listener_rule   = aws_lb_listener_rule.shifting[0].arn
          role_arn                   = aws_iam_role.shifting[0].arn
        }
      }
    }
  }

  dynamic "service_registries" {
    for_each = !var.discovered ? [] : [aws_service_discovery_service.this[0].arn]

    content {
      registry_arn = service_registries.value
    }
  }

  lifecycle {
    ignore_changes = [
      task_definition, desired_count, capacity_provider_strategy, deployment_circuit_breaker, deployment_configuration,
      deployment_maximum_percent, deployment_minimum_healthy_percent, health_check_grace_period_seconds,
    ]
  }
}

resource "aws_service_discovery_service" "this" {
  count = var.discovered ? 1 : 0

  name = var.name

  dns_config {
    namespace_id   = var.namespace
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10
    }
  }
}
