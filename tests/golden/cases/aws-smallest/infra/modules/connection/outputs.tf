# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "arn" {
  description = "The connection's ARN."
  value       = aws_codeconnections_connection.this.arn
}
