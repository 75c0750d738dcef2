# Generated from generator.yaml. Edit it as you like: your changes are kept.
resource "aws_cloudwatch_log_group" "job" {
  for_each = var.projects

  name              = "/aws/codebuild/${var.name}-${each.key}"
  retention_in_days = var.retention_days
}

resource "aws_codebuild_project" "job" {
  for_each = var.projects

  name                   = "${var.name}-${each.key}"
  description            = "The job ${each.value.job} of the pipeline ${var.name}."
  service_role           = aws_iam_role.job[each.key].arn
  build_timeout          = each.value.minutes
  concurrent_build_limit = 1

  artifacts {
    type = "CODEPIPELINE"
  }

  source {
    type      = "CODEPIPELINE"
    buildspec = "pipelines/${each.value.job}.yml"
  }

  environment {
    type            = var.machine.type
    image           = var.machine.image
    compute_type    = var.machine.compute
    privileged_mode = each.value.privileged

    environment_variable {
      name  = "PIPELINE"
      value = var.name
    }

    environment_variable {
      name  = "ROLE"
      value = each.value.role
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.job[each.key].name
    }
  }
}
