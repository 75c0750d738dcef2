# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "security_group" {
  description = "The tasks' security group."
  value       = aws_security_group.this.id
}
