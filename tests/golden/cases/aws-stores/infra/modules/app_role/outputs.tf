# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "arn" {
  description = "The role's ARN."
  value       = aws_iam_role.this.arn
}
