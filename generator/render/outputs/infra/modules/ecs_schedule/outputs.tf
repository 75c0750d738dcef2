output "security_group" {
  description = "The tasks' security group."
  value       = aws_security_group.this.id
}
