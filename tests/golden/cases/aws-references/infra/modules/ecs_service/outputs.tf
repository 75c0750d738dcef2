# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "security_group" {
  description = "The tasks' security group."
  value       = aws_security_group.this.id
}

output "task_role" {
  description = "The app's own role."
  value       = aws_iam_role.task.arn
}

output "execution_role" {
  description = "The role that starts tasks."
  value       = aws_iam_role.execution.arn
}
