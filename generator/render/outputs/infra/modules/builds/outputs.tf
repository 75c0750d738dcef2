output "project" {
  description = "The project's name."
  value       = aws_codebuild_project.this.name
}

output "role" {
  description = "The builds' role."
  value       = aws_iam_role.this.arn
}
