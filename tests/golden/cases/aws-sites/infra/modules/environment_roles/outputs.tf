# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "roles" {
  description = "The roles' ARNs, by what they do."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "boundary" {
  description = "The boundary's ARN."
  value       = aws_iam_policy.boundary.arn
}
