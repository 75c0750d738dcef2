# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "arn" {
  description = "The certificate's ARN, once it is valid."
  value       = aws_acm_certificate_validation.this.certificate_arn
}
