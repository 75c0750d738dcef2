# The shell of what ECS runs by a schedule: where its tasks stand, and who starts them. When, and what, is git's: `deploy`
# sets the times and the revision, and Terraform leaves both alone.

locals {
  ecs = "arn:${var.partition}:ecs:${var.region}:${var.account}"
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

# Disabled until the first deployment, since the family has no task definition before.
resource "aws_scheduler_schedule" "this" {
  name                = var.name
  group_name          = var.group
  description         = "Starts ${var.name} in ${var.cluster}"
  state               = "DISABLED"
  schedule_expression = "cron(0 0 1 1 ? *)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "${local.ecs}:cluster/${var.cluster}"
    role_arn = aws_iam_role.scheduler.arn

    ecs_parameters {
      task_definition_arn = "${local.ecs}:task-definition/${var.family}"
      launch_type         = "FARGATE"
      propagate_tags      = "TASK_DEFINITION"
      task_count          = 1

      network_configuration {
        subnets         = var.subnets
        security_groups = [aws_security_group.this.id]
      }
    }

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 185
    }
  }

  # Scheduler tries the role when the schedule is made.
  depends_on = [aws_iam_role_policy.scheduler]

  lifecycle {
    ignore_changes = [
      state, schedule_expression, schedule_expression_timezone, flexible_time_window,
      target[0].ecs_parameters[0].task_definition_arn, target[0].ecs_parameters[0].task_count,
      target[0].ecs_parameters[0].launch_type, target[0].ecs_parameters[0].capacity_provider_strategy,
      target[0].ecs_parameters[0].propagate_tags, target[0].retry_policy,
    ]
  }
}
