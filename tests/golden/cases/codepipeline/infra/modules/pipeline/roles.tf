# Generated from generator.yaml. Edit it as you like: your changes are kept.
locals {
  arn        = "arn:${data.aws_partition.here.partition}"
  in_place   = "${data.aws_region.here.region}:${data.aws_caller_identity.here.account_id}"
  source_arn = var.source_from == "connection" ? var.connection : local.codecommit_arn
  # Jobs that push commits.
  commits = ["build", "release", "apply", "promote", "verify"]

  assumed = { for service in ["codepipeline", "codebuild"] : service => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "${service}.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.here.account_id } }
    }]
  }) }

  artifacts = [
    {
      Sid      = "Artifacts"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
      Resource = "${aws_s3_bucket.artifacts.arn}/*"
    },
    {
      Sid      = "WhereArtifactsAre"
      Effect   = "Allow"
      Action   = ["s3:GetBucketLocation", "s3:GetBucketVersioning"]
      Resource = aws_s3_bucket.artifacts.arn
    },
    {
      Sid      = "ReadAndWriteThem"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = aws_kms_key.artifacts.arn
    },
  ]
  connects = ["codeconnections:UseConnection", "codestar-connections:UseConnection"]
}

resource "aws_iam_role" "pipeline" {
  name               = "${var.name}-pipeline"
  assume_role_policy = local.assumed["codepipeline"]
}

resource "aws_iam_role_policy" "pipeline" {
  name = "pipeline"
  role = aws_iam_role.pipeline.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.artifacts, [
      {
        Sid      = "RunJobs"
        Effect   = "Allow"
        Action   = ["codebuild:StartBuild", "codebuild:BatchGetBuilds"]
        Resource = [for project in aws_codebuild_project.job : project.arn]
      },
      {
        Sid    = "ReadTheSource"
        Effect = "Allow"
        Action = var.source_from == "connection" ? local.connects : [
          "codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository",
          "codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive",
        ]
        Resource = local.source_arn
      },
      ], length(aws_sns_topic.approvals) == 0 ? [] : [{
        Sid      = "AskForApprovals"
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = [for topic in aws_sns_topic.approvals : topic.arn]
    }])
  })
}

resource "aws_iam_role" "job" {
  for_each = var.projects

  name               = "${var.name}-${each.key}"
  assume_role_policy = local.assumed["codebuild"]
}

resource "aws_iam_role_policy" "job" {
  for_each = var.projects

  name = "job"
  role = aws_iam_role.job[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.artifacts,
      [{
        Sid      = "WriteTheLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.job[each.key].arn}:*"
        }, {
        Sid    = "CloneTheSource"
        Effect = "Allow"
        Action = var.source_from == "connection" ? local.connects : concat(
          ["codecommit:GitPull"], contains(local.commits, each.value.job) ? ["codecommit:GitPush"] : [],
        )
        Resource = local.source_arn
      }],
      # What a job does in its environment's account, it does with that account's role.
      each.value.role == "" ? [] : [{
        Sid      = "TakeOnTheRoleOfTheEnvironment"
        Effect   = "Allow"
        Action   = "sts:AssumeRole"
        Resource = each.value.role
      }],
      !contains(local.commits, each.value.job) || length(var.secrets) == 0 ? [] : [{
        Sid      = "LogInToTheForge"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = var.secrets
      }],
      each.value.job != "test" ? [] : [{
        Sid    = "ReportTests"
        Effect = "Allow"
        Action = [
          "codebuild:CreateReportGroup", "codebuild:CreateReport", "codebuild:UpdateReport",
          "codebuild:BatchPutTestCases",
        ]
        Resource = "${local.arn}:codebuild:${local.in_place}:report-group/${var.name}-${each.key}-*"
      }],
      # How an execution began: a stage that is rolled back promotes nothing.
      each.value.job != "promote" ? [] : [{
        Sid      = "SeeHowItBegan"
        Effect   = "Allow"
        Action   = "codepipeline:ListPipelineExecutions"
        Resource = "${local.arn}:codepipeline:${local.in_place}:${var.name}"
      }],
      each.value.job != "build" || length(var.caches) == 0 ? [] : [{
        Sid    = "FillCaches"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:BatchImportUpstreamImage",
          "ecr:CreateRepository", "ecr:GetDownloadUrlForLayer",
        ]
        Resource = var.caches
      }],
      each.value.job != "build" || length(var.registries) == 0 ? [] : [
        {
          Sid    = "PushImages"
          Effect = "Allow"
          Action = [
            "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
            "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage",
            "ecr:StartImageScan", "ecr:UploadLayerPart",
          ]
          Resource = var.registries
        },
        {
          Sid    = "LogInToTheRegistry"
          Effect = "Allow"
          Action = ["ecr:GetAuthorizationToken"]
          # Reason: AWS grants this for a whole account only; the statement above says what the token opens.
          Resource = ["*"]
        },
      ],
    )
  })
}
