# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The roles of one environment: `plan` reads, `apply` changes what is there, `deploy` makes an image run. None of them
# may change itself or another of them, and what `apply` makes is held by the boundary.

locals {
  arn    = "arn:${var.partition}"
  prefix = "${var.project}-${var.environment}"
  own    = "${local.arn}:iam::${var.account}:role/${local.prefix}"
  roles  = toset(["plan", "apply", "deploy"])

  from_github = { for role in local.roles : role => var.github == null ? [] : [{
    Sid       = "GitHub"
    Effect    = "Allow"
    Action    = "sts:AssumeRoleWithWebIdentity"
    Principal = { Federated = var.github.provider }
    Condition = {
      StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
      StringLike   = { "token.actions.githubusercontent.com:sub" = var.github.subjects[role] }
    }
  }] }

  from_roles = { for role in local.roles : role => length(lookup(var.trusted, role, [])) == 0 ? [] : [{
    Sid       = "Pipeline"
    Effect    = "Allow"
    Action    = "sts:AssumeRole"
    Principal = { AWS = "${local.arn}:iam::${var.trusted_account}:root" }
    Condition = { ArnEquals = { "aws:PrincipalArn" = var.trusted[role] } }
  }] }
}

# The most that any role of the environment may ever do, whatever else is attached to it: nothing with identities.
resource "aws_iam_policy" "boundary" {
  name        = "${local.prefix}-boundary"
  description = "Bounds what roles of ${local.prefix} may be given"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "WhatAppsAndNodesMayEverDo"
        Effect = "Allow"
        # Reason: a boundary gives nothing by itself; each role's own policy names actions and resources.
        Action = [
          "application-autoscaling:*", "autoscaling:*", "cloudwatch:*", "dynamodb:*", "ec2:*", "ecr:*", "ecs:*",
          "eks:*", "eks-auth:*", "elasticloadbalancing:*", "kms:*", "logs:*", "rds:*", "rds-db:*", "s3:*",
          "secretsmanager:*", "servicediscovery:*", "sns:*", "sqs:*", "ssm:*", "ssmmessages:*", "sts:*",
          "codebuild:*", "codepipeline:*", "codeconnections:*", "codecommit:*", "acm:*", "route53:*",
          "cloudfront:*", "tag:*", "wafv2:*", "shield:*", "events:*", "pricing:*", "xray:*",
          "iam:GetRole", "iam:PassRole", "iam:CreateServiceLinkedRole", "iam:GetInstanceProfile",
          "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:AddRoleToInstanceProfile",
          "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile", "iam:ListInstanceProfiles",
        ]
        # Reason: as above.
        Resource = "*"
      },
      {
        Sid      = "NotTheStates"
        Effect   = "Deny"
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = "${local.arn}:s3:::${var.state_bucket}/*"
      },
    ]
  })
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name                 = "${local.prefix}-${each.key}"
  description          = "To ${each.key} ${local.prefix}, by pipelines"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = flatten([local.from_github[each.key], local.from_roles[each.key]])
  })
}

resource "aws_iam_role_policy" "state" {
  for_each = toset(["plan", "apply"])

  name = "state"
  role = aws_iam_role.this[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "FindTheState"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "${local.arn}:s3:::${var.state_bucket}"
        # `init` looks for workspaces below `env:/`, whether or not there are any.
        Condition = { StringLike = { "s3:prefix" = ["environments/${var.environment}/*", "env:/"] } }
      },
      {
        Sid      = "ReadTheState"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${local.arn}:s3:::${var.state_bucket}/environments/${var.environment}/*"
      },
      {
        # A plan locks, too; only an apply writes the state itself.
        Sid      = "LockAndWrite"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:PutObject"]
        Resource = "${local.arn}:s3:::${var.state_bucket}/environments/${var.environment}/terraform.tfstate${each.key == "apply" ? "*" : ".tflock"}"
      },
      ], each.key != "plan" || var.github == null ? [] : [{
        # Between the jobs of a workflow of GitHub, the plan lies beside the state.
        Sid      = "LeaveThePlan"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = "${local.arn}:s3:::${var.state_bucket}/environments/${var.environment}/plans/*"
        }], var.lock_table == null ? [] : [{
        Sid       = "LockInDynamoDB"
        Effect    = "Allow"
        Action    = ["dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"]
        Resource  = var.lock_table
        Condition = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["${var.state_bucket}/environments/${var.environment}/*"] } }
    }])
  })
}
