# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "host" {
  description = "The host that it is reached at."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "The port that it is reached at."
  value       = aws_db_instance.this.port
}

output "secret" {
  description = "The ARN of the secret with its user and password."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "identifier" {
  description = "Its identifier."
  value       = aws_db_instance.this.identifier
}
