# Generated from generator.yaml. Edit it as you like: your changes are kept.
# An ECS cluster on Fargate, and the private names by which its apps find each other.

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enhanced"
  }

  configuration {
    execute_command_configuration {
      logging = "OVERRIDE"

      log_configuration {
        cloud_watch_log_group_name = aws_cloudwatch_log_group.commands.name
      }
    }
  }
}

# What is typed in a shell within a task.
resource "aws_cloudwatch_log_group" "commands" {
  name              = "/aws/ecs/${var.name}/commands"
  retention_in_days = var.retention
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  name        = var.namespace
  description = "Apps of ${var.name}"
  vpc         = var.vpc
}
