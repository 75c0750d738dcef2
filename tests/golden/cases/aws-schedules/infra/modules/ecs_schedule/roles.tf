# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Who starts the tasks: EventBridge Scheduler, for schedules of this group, and only tasks of this family in this cluster.

resource "aws_iam_role" "scheduler" {
  name                 = var.role
  permissions_boundary = var.boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = {
        "aws:SourceAccount" = var.account
        "aws:SourceArn"     = "arn:${var.partition}:scheduler:${var.region}:${var.account}:schedule-group/${var.group}"
      } }
    }]
  })
}

resource "aws_iam_role_policy" "scheduler" {
  name = "start"
  role = aws_iam_role.scheduler.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "StartTasks"
        Effect    = "Allow"
        Action    = "ecs:RunTask"
        Resource  = ["${local.ecs}:task-definition/${var.family}", "${local.ecs}:task-definition/${var.family}:*"]
        Condition = { ArnEquals = { "ecs:cluster" = "${local.ecs}:cluster/${var.cluster}" } }
      },
      {
        Sid       = "TagThemAsTheirDefinition"
        Effect    = "Allow"
        Action    = "ecs:TagResource"
        Resource  = "${local.ecs}:task/${var.cluster}/*"
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid       = "GiveTasksTheirRoles"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = [var.task_role, var.execution_role]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  })
}
