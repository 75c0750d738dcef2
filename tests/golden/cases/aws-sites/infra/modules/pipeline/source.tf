# Generated from generator.yaml. Edit it as you like: your changes are kept.
locals {
  by_image = length(var.images) > 0

  source = {
    codecommit = {
      RepositoryName       = var.repository
      BranchName           = var.branch
      PollForSourceChanges = "false"
      OutputArtifactFormat = "CODEBUILD_CLONE_REF"
    }
    connection = {
      ConnectionArn        = var.connection
      FullRepositoryId     = var.repository
      BranchName           = var.branch
      OutputArtifactFormat = "CODEBUILD_CLONE_REF"
      DetectChanges        = local.by_image ? "false" : "true"
    }
  }

  started = {
    codecommit = {
      source      = ["aws.codecommit"]
      detail-type = ["CodeCommit Repository State Change"]
      resources   = [local.codecommit_arn]
      detail = {
        event         = ["referenceCreated", "referenceUpdated"]
        referenceType = ["branch"]
        referenceName = [var.branch]
      }
    }
    ecr = {
      source      = ["aws.ecr"]
      detail-type = ["ECR Image Action"]
      detail = {
        action-type     = ["PUSH"]
        result          = ["SUCCESS"]
        repository-name = values(var.images)
      }
    }
  }
  codecommit_arn = "arn:${data.aws_partition.here.partition}:codecommit:${data.aws_region.here.region}:${data.aws_caller_identity.here.account_id}:${var.repository}"
}

resource "aws_cloudwatch_event_rule" "start" {
  count = var.source_from == "connection" && !local.by_image ? 0 : 1

  name          = "${var.name}-start"
  description   = "Start the pipeline ${var.name}."
  event_pattern = local.by_image ? jsonencode(local.started.ecr) : jsonencode(local.started.codecommit)
}

resource "aws_cloudwatch_event_target" "start" {
  count = length(aws_cloudwatch_event_rule.start)

  rule     = aws_cloudwatch_event_rule.start[0].name
  arn      = aws_codepipeline.this.arn
  role_arn = aws_iam_role.events[0].arn

  # The image that was pushed goes along as variables of the pipeline.
  dynamic "input_transformer" {
    for_each = local.by_image ? [1] : []

    content {
      input_paths    = { repository = "$.detail.repository-name", tag = "$.detail.image-tag", digest = "$.detail.image-digest" }
      input_template = "{\"variables\": [{\"name\": \"REPOSITORY\", \"value\": \"<repository>\"}, {\"name\": \"IMAGE_TAG\", \"value\": \"<tag>\"}, {\"name\": \"IMAGE_DIGEST\", \"value\": \"<digest>\"}]}"
    }
  }
}

resource "aws_iam_role" "events" {
  count = length(aws_cloudwatch_event_rule.start)

  name = "${var.name}-start"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "events.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.here.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "events" {
  count = length(aws_cloudwatch_event_rule.start)

  name = "start"
  role = aws_iam_role.events[0].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "codepipeline:StartPipelineExecution", Resource = aws_codepipeline.this.arn }]
  })
}
