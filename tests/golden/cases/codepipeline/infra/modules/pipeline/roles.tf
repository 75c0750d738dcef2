# Generated from generator.yaml. Edit it as you like: your changes are kept.
data "aws_iam_policy_document" "assumed" {
  for_each = toset(["codepipeline", "codebuild"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.here.account_id]
    }
  }
}

resource "aws_iam_role" "pipeline" {
  name               = "${var.name}-pipeline"
  assume_role_policy = data.aws_iam_policy_document.assumed["codepipeline"].json
}

data "aws_iam_policy_document" "artifacts" {
  statement {
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]
  }

  statement {
    actions   = ["s3:GetBucketLocation", "s3:GetBucketVersioning"]
    resources = [aws_s3_bucket.artifacts.arn]
  }

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.artifacts.arn]
  }
}

data "aws_iam_policy_document" "pipeline" {
  source_policy_documents = [data.aws_iam_policy_document.artifacts.json]

  statement {
    actions   = ["codebuild:StartBuild", "codebuild:BatchGetBuilds"]
    resources = [for project in aws_codebuild_project.job : project.arn]
  }

  dynamic "statement" {
    for_each = length(aws_sns_topic.approvals) > 0 ? [1] : []

    content {
      actions   = ["sns:Publish"]
      resources = [for topic in aws_sns_topic.approvals : topic.arn]
    }
  }

  statement {
    actions = var.source_from == "connection" ? [
      "codeconnections:UseConnection", "codestar-connections:UseConnection",
      ] : [
      "codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository", "codecommit:GetUploadArchiveStatus",
      "codecommit:UploadArchive",
    ]
    resources = [local.source_arn]
  }
}

resource "aws_iam_role_policy" "pipeline" {
  name   = "pipeline"
  role   = aws_iam_role.pipeline.id
  policy = data.aws_iam_policy_document.pipeline.json
}

resource "aws_iam_role" "job" {
  for_each = var.projects

  name               = "${var.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assumed["codebuild"].json
}

data "aws_iam_policy_document" "job" {
  for_each = var.projects

  source_policy_documents = [data.aws_iam_policy_document.artifacts.json]

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.job[each.key].arn}:*"]
  }

  statement {
    actions = var.source_from == "connection" ? [
      "codeconnections:UseConnection", "codestar-connections:UseConnection",
    ] : contains(local.commits, each.value.job) ? ["codecommit:GitPull", "codecommit:GitPush"] : ["codecommit:GitPull"]
    resources = [local.source_arn]
  }

  # What a job does in its environment's account, it does with that account's role.
  dynamic "statement" {
    for_each = each.value.role == "" ? [] : [each.value.role]

    content {
      actions   = ["sts:AssumeRole"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = contains(local.commits, each.value.job) && length(var.secrets) > 0 ? [1] : []

    content {
      actions   = ["secretsmanager:GetSecretValue"]
      resources = var.secrets
    }
  }

  dynamic "statement" {
    for_each = each.value.job == "test" ? [1] : []

    content {
      actions = [
        "codebuild:CreateReportGroup", "codebuild:CreateReport", "codebuild:UpdateReport", "codebuild:BatchPutTestCases",
      ]
      resources = ["arn:${data.aws_partition.here.partition}:codebuild:${data.aws_region.here.region}:${data.aws_caller_identity.here.account_id}:report-group/${var.name}-${each.key}-*"]
    }
  }

  # How an execution began: a stage that is rolled back promotes nothing.
  dynamic "statement" {
    for_each = each.value.job == "promote" ? [1] : []

    content {
      actions   = ["codepipeline:ListPipelineExecutions"]
      resources = ["arn:${data.aws_partition.here.partition}:codepipeline:${data.aws_region.here.region}:${data.aws_caller_identity.here.account_id}:${var.name}"]
    }
  }

  dynamic "statement" {
    for_each = each.value.job == "build" && length(var.registries) > 0 ? [1] : []

    content {
      actions = [
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
        "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage",
        "ecr:UploadLayerPart",
      ]
      resources = var.registries
    }
  }

  dynamic "statement" {
    for_each = each.value.job == "build" && length(var.registries) > 0 ? [1] : []

    content {
      actions = ["ecr:GetAuthorizationToken"]
      # Reason: AWS grants this for a whole account only; the statement above says what the token opens.
      resources = ["*"]
    }
  }
}

resource "aws_iam_role_policy" "job" {
  for_each = var.projects

  name   = "job"
  role   = aws_iam_role.job[each.key].id
  policy = data.aws_iam_policy_document.job[each.key].json
}

locals {
  # Jobs that push commits.
  commits    = ["build", "release", "apply", "promote", "verify"]
  source_arn = var.source_from == "connection" ? var.connection : local.codecommit_arn
}
