# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "task_role" {
  description = "The ARN of the app's own role."
  value       = aws_iam_role.task.arn
}

output "execution_role" {
  description = "The ARN of the role that starts its tasks."
  value       = aws_iam_role.execution.arn
}
