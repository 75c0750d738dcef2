# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The build of the images: CodeBuild runs buildspec.yml of the repository, with a role that may push and no more.

locals {
  arm = var.arch == "arm64"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/codebuild/${var.name}"
  retention_in_days = 90
}

resource "aws_iam_role" "this" {
  name = "${var.name}-build"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "codebuild.amazonaws.com" }
      Condition = { ArnEquals = { "aws:SourceArn" = "arn:${var.partition}:codebuild:${var.region}:${var.account}:project/${var.name}" } }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "build"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "${aws_cloudwatch_log_group.this.arn}:*"
        },
        {
          Sid    = "Reports"
          Effect = "Allow"
          Action = [
            "codebuild:BatchPutCodeCoverages", "codebuild:BatchPutTestCases", "codebuild:CreateReport",
            "codebuild:CreateReportGroup", "codebuild:UpdateReport",
          ]
          Resource = "arn:${var.partition}:codebuild:${var.region}:${var.account}:report-group/${var.name}-*"
        },
        {
          Sid    = "LogIn"
          Effect = "Allow"
          Action = "ecr:GetAuthorizationToken"
          # Reason: AWS takes no resource for it.
          Resource = "*"
        },
        {
          Sid    = "PushImages"
          Effect = "Allow"
          Action = [
            "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
            "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage",
            "ecr:StartImageScan", "ecr:UploadLayerPart",
          ]
          Resource = var.repositories
        },
      ],
      length(var.caches) == 0 ? [] : [{
        Sid    = "FillCaches"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:BatchImportUpstreamImage",
          "ecr:CreateRepository", "ecr:GetDownloadUrlForLayer",
        ]
        Resource = var.caches
      }],
      var.connection == null ? [] : [{
        Sid      = "Source"
        Effect   = "Allow"
        Action   = ["codeconnections:GetConnection", "codeconnections:GetConnectionToken", "codeconnections:UseConnection"]
        Resource = var.connection
      }],
      length(var.secrets) == 0 ? [] : [{
        Sid      = "CredentialsOfGit"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = var.secrets
      }],
      var.codecommit == null ? [] : [{
        Sid      = "Repository"
        Effect   = "Allow"
        Action   = ["codecommit:GitPull", "codecommit:GitPush"]
        Resource = var.codecommit
      }],
    )
  })
}

resource "aws_codebuild_project" "this" {
  name                   = var.name
  description            = "Tests, builds and releases the images of ${var.name}"
  service_role           = aws_iam_role.this.arn
  build_timeout          = 60
  concurrent_build_limit = 5

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type            = local.arm ? "ARM_CONTAINER" : "LINUX_CONTAINER"
    image           = local.arm ? "aws/codebuild/amazonlinux-aarch64-standard:3.0" : "aws/codebuild/amazonlinux-x86_64-standard:6.0"
    compute_type    = var.size
    privileged_mode = true
  }

  source {
    type            = var.source_type
    location        = var.location
    buildspec       = "buildspec.yml"
    git_clone_depth = 0

    dynamic "auth" {
      for_each = var.connection == null ? [] : [var.connection]

      content {
        type     = "CODECONNECTIONS"
        resource = auth.value
      }
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.this.name
    }
  }
}

# Only what an app's image is made of starts a build; what a release commits does not.
resource "aws_codebuild_webhook" "this" {
  count = length(var.paths) > 0 && var.source_type != "CODECOMMIT" ? 1 : 0

  project_name = aws_codebuild_project.this.name
  build_type   = "BUILD"

  filter_group {
    filter {
      type    = "EVENT"
      pattern = "PUSH"
    }

    filter {
      type    = "HEAD_REF"
      pattern = "^refs/heads/${var.branch}$"
    }

    filter {
      type    = "FILE_PATH"
      pattern = "^(${join("|", var.paths)})/"
    }
  }
}
