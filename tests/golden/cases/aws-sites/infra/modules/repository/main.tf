# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The repository itself, in CodeCommit.

resource "aws_codecommit_repository" "this" {
  repository_name = var.name
  description     = "What runs, and where"
  default_branch  = var.branch

  lifecycle {
    prevent_destroy = true
  }
}
