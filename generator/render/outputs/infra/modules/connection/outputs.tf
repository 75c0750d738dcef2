output "arn" {
  description = "The connection's ARN."
  value       = aws_codeconnections_connection.this.arn
}
