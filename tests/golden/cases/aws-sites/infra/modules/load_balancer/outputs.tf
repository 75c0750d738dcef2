# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "listener" {
  description = "The listener that apps add rules to."
  value       = var.https ? aws_lb_listener.https[0].arn : aws_lb_listener.http.arn
}

output "security_group" {
  description = "Its security group."
  value       = aws_security_group.this.id
}

output "address" {
  description = "The name that it is reached at."
  value       = aws_lb.this.dns_name
}

output "dimension" {
  description = "How its metrics name it."
  value       = aws_lb.this.arn_suffix
}
