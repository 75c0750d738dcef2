# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "provider" {
  description = "The provider's ARN, which the roles for workflows trust."
  value       = aws_iam_openid_connect_provider.this.arn
}
