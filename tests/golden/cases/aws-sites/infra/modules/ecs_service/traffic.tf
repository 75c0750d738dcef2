# Generated from generator.yaml. Edit it as you like: your changes are kept.
# How requests reach the service: its target group, and the rule that leads there.

resource "aws_lb_target_group" "this" {
  count = local.balanced ? 1 : 0

  name                 = var.target_group
  port                 = var.port
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.vpc
  deregistration_delay = 30

  health_check {
    path                = var.health
    matcher             = "200-399"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

# Where the new revision stands while both run.
resource "aws_lb_target_group" "other" {
  count = local.blue ? 1 : 0

  name                 = var.other_target_group
  port                 = var.port
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.vpc
  deregistration_delay = 30

  health_check {
    path                = var.health
    matcher             = "200-399"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener_rule" "this" {
  count = local.balanced && !local.blue ? 1 : 0

  listener_arn = var.listener
  priority     = var.priority

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[0].arn
  }

  dynamic "condition" {
    for_each = length(var.hosts) > 0 ? [var.hosts] : []

    content {
      host_header {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(var.paths) > 0 ? [var.paths] : []

    content {
      path_pattern {
        values = condition.value
      }
    }
  }
}

# ECS moves its weights from one group to the other, so that Terraform does not put them back.
resource "aws_lb_listener_rule" "shifting" {
  count = local.blue ? 1 : 0

  listener_arn = var.listener
  priority     = var.priority

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.this[0].arn
        weight = 100
      }

      target_group {
        arn    = aws_lb_target_group.other[0].arn
        weight = 0
      }
    }
  }

  dynamic "condition" {
    for_each = length(var.hosts) > 0 ? [var.hosts] : []

    content {
      host_header {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(var.paths) > 0 ? [var.paths] : []

    content {
      path_pattern {
        values = condition.value
      }
    }
  }

  lifecycle {
    ignore_changes = [action]
  }
}
