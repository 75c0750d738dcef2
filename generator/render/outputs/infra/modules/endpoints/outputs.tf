output "security_group" {
  description = "The endpoints' security group."
  value       = aws_security_group.this.id
}
