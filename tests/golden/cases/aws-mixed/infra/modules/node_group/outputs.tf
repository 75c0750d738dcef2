# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "role" {
  description = "The machines' role."
  value       = aws_iam_role.this.arn
}
