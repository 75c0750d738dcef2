# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What `deploy` needs to make an image run on ECS, to wait for it, and to say why it failed. EKS needs nothing here:
# Argo CD pulls from git.

resource "aws_iam_role_policy" "deploy" {
  name = "deploy"
  role = aws_iam_role.this["deploy"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Services"
        Effect = "Allow"
        Action = ["ecs:DescribeServices", "ecs:UpdateService", "ecs:ListServiceDeployments", "ecs:DescribeServiceRevisions"]
        Resource = [
          "${local.arn}:ecs:${local.in_place}:service/${local.prefix}/*",
          "${local.arn}:ecs:${local.in_place}:service-revision/${local.prefix}/*",
        ]
      },
      {
        Sid      = "Tasks"
        Effect   = "Allow"
        Action   = ["ecs:DescribeTasks", "ecs:ListTasks"]
        Resource = [for kind in ["task", "container-instance"] : "${local.arn}:ecs:${local.in_place}:${kind}/${local.prefix}/*"]
      },
      {
        Sid      = "Register"
        Effect   = "Allow"
        Action   = ["ecs:RegisterTaskDefinition", "ecs:TagResource"]
        Resource = "${local.arn}:ecs:${local.in_place}:task-definition/${local.prefix}-*"
      },
      {
        Sid      = "Schedules"
        Effect   = "Allow"
        Action   = ["scheduler:GetSchedule", "scheduler:UpdateSchedule"]
        Resource = "${local.arn}:scheduler:${local.in_place}:schedule/${local.prefix}/*"
      },
      {
        Sid      = "Migrate"
        Effect   = "Allow"
        Action   = "ecs:RunTask"
        Resource = "${local.arn}:ecs:${local.in_place}:task-definition/${local.prefix}-*-migrate:*"
      },
      {
        Sid      = "TellWhyTasksEnded"
        Effect   = "Allow"
        Action   = "logs:GetLogEvents"
        Resource = "${local.arn}:logs:${local.in_place}:log-group:/${var.project}/${var.environment}/*"
      },
      {
        # Whatever prefix is asked for, AWS checks this against `log-group::log-stream:`, a group without a name.
        Sid      = "VerifyLogGroups"
        Effect   = "Allow"
        Action   = "logs:DescribeLogGroups"
        Resource = "${local.arn}:logs:${local.in_place}:log-group::log-stream:*"
      },
      {
        Sid    = "Read"
        Effect = "Allow"
        Action = ["ecs:DescribeTaskDefinition", "ssm:DescribeParameters"]
        # Reason: AWS takes no resource for them.
        Resource = "*"
      },
      {
        Sid      = "Verify"
        Effect   = "Allow"
        Action   = "ecr:DescribeImages"
        Resource = "${local.arn}:ecr:${var.region}:${var.trusted_account}:repository/${var.project}/*"
      },
      {
        Sid    = "VerifySecretsWithoutReadingThem"
        Effect = "Allow"
        Action = "secretsmanager:DescribeSecret"
        Resource = [for name in ["${var.project}/${var.environment}/*", "rds!db-*"] :
        "${local.arn}:secretsmanager:${local.in_place}:secret:${name}"]
      },
      {
        Sid      = "VerifyRoles"
        Effect   = "Allow"
        Action   = "iam:GetRole"
        Resource = [for kind in ["task", "execution"] : "${local.own}-*-${kind}"]
      },
      {
        Sid       = "GiveTasksTheirRoles"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = [for kind in ["task", "execution"] : "${local.own}-*-${kind}"]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid       = "LeaveSchedulesTheirRole"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = "${local.own}-*-scheduler"
        Condition = { StringEquals = { "iam:PassedToService" = "scheduler.amazonaws.com" } }
      },
    ]
  })
}
