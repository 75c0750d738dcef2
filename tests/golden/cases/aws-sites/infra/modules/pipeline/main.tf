# Generated from generator.yaml. Edit it as you like: your changes are kept.
data "aws_caller_identity" "here" {}

data "aws_partition" "here" {}

data "aws_region" "here" {}

resource "aws_codepipeline" "this" {
  name           = var.name
  role_arn       = aws_iam_role.pipeline.arn
  pipeline_type  = "V2"
  execution_mode = "QUEUED"

  artifact_store {
    location = aws_s3_bucket.artifacts.bucket
    type     = "S3"

    encryption_key {
      id   = aws_kms_key.artifacts.arn
      type = "KMS"
    }
  }

  dynamic "trigger" {
    for_each = var.source_from == "connection" && !local.by_image ? [1] : []

    content {
      provider_type = "CodeStarSourceConnection"

      git_configuration {
        source_action_name = "source"

        push {
          branches {
            includes = [var.branch]
          }

          dynamic "file_paths" {
            for_each = length(var.ignored) > 0 ? [1] : []

            content {
              excludes = var.ignored
            }
          }
        }
      }
    }
  }

  # What a push to ECR tells; see events.tf.
  dynamic "variable" {
    for_each = local.by_image ? ["REPOSITORY", "IMAGE_TAG", "IMAGE_DIGEST"] : []

    content {
      name          = variable.value
      default_value = "-"
    }
  }

  stage {
    name = "source"

    action {
      name             = "source"
      category         = "Source"
      owner            = "AWS"
      provider         = var.source_from == "connection" ? "CodeStarSourceConnection" : "CodeCommit"
      version          = "1"
      namespace        = "Source"
      output_artifacts = ["source"]
      configuration    = local.source[var.source_from]
    }
  }

  dynamic "stage" {
    for_each = var.stages

    content {
      name = stage.value.name

      dynamic "before_entry" {
        for_each = stage.value.skip_if_zero == null ? [] : [stage.value.skip_if_zero]

        content {
          condition {
            result = "SKIP"

            rule {
              name = "something-to-do"

              rule_type_id {
                category = "Rule"
                owner    = "AWS"
                provider = "VariableCheck"
                version  = "1"
              }

              configuration = {
                Variable = "#{${before_entry.value}}"
                Operator = "NE"
                Value    = "0"
              }
            }
          }
        }
      }

      dynamic "action" {
        for_each = stage.value.actions

        content {
          name               = action.value.name
          run_order          = action.key + 1
          owner              = "AWS"
          version            = "1"
          category           = action.value.approval == null ? "Build" : "Approval"
          provider           = action.value.approval == null ? "CodeBuild" : "Manual"
          namespace          = action.value.namespace
          input_artifacts    = action.value.approval == null ? concat(["source"], action.value.inputs) : []
          output_artifacts   = action.value.outputs
          timeout_in_minutes = action.value.approval == null ? null : action.value.approval.minutes
          configuration = action.value.approval == null ? merge(
            {
              ProjectName = aws_codebuild_project.job[action.value.project].name
              EnvironmentVariables = jsonencode([
                for name, value in action.value.variables : { name = name, value = value, type = "PLAINTEXT" }
              ])
            },
            length(action.value.inputs) > 0 ? { PrimarySource = "source" } : {},
            ) : merge(
            { CustomData = action.value.approval.message },
            contains(keys(aws_sns_topic.approvals), action.value.approval.environment) ? {
              NotificationArn = aws_sns_topic.approvals[action.value.approval.environment].arn
            } : {},
          )
        }
      }
    }
  }
}
