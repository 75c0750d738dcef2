# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Who an app on ECS is, whatever of it runs: `task` is the app itself, and `execution` starts its tasks. All of them write
# to one log group.

locals {
  tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:ecs:${var.region}:${var.account}:*" }
        StringEquals = { "aws:SourceAccount" = var.account }
      }
    }]
  })

  # A shell in a task goes through Systems Manager, by the app's own role.
  shell = var.exec ? [{
    Sid    = "Shell"
    Effect = "Allow"
    Action = [
      "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]
    # Reason: AWS takes no resource for these.
    Resource = "*"
  }] : []
  allowed = concat(var.statements, local.shell)
}

resource "aws_cloudwatch_log_group" "this" {
  name              = var.log_group
  retention_in_days = var.retention
}

resource "aws_iam_role" "task" {
  name                 = var.task_role
  permissions_boundary = var.boundary
  assume_role_policy   = local.tasks
}

resource "aws_iam_role_policy" "task" {
  count = length(local.allowed) > 0 ? 1 : 0

  name   = "stores"
  role   = aws_iam_role.task.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.allowed })
}

resource "aws_iam_role" "execution" {
  name                 = var.execution_role
  permissions_boundary = var.boundary
  assume_role_policy   = local.tasks
}

resource "aws_iam_role_policy" "execution" {
  name = "start"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "LogIn"
          Effect = "Allow"
          Action = "ecr:GetAuthorizationToken"
          # Reason: AWS takes no resource for it.
          Resource = "*"
        },
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "${aws_cloudwatch_log_group.this.arn}:*"
        },
      ],
      length(var.repositories) == 0 ? [] : [{
        Sid      = "PullImages"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = var.repositories
      }],
      length(var.cached) == 0 ? [] : [{
        Sid      = "FillCaches"
        Effect   = "Allow"
        Action   = "ecr:BatchImportUpstreamImage"
        Resource = var.cached
      }],
      length(var.secrets) == 0 ? [] : [{
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = var.secrets
      }],
    )
  })
}
