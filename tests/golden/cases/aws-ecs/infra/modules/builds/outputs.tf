# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "project" {
  description = "The project's name."
  value       = aws_codebuild_project.this.name
}

output "role" {
  description = "The builds' role."
  value       = aws_iam_role.this.arn
}
