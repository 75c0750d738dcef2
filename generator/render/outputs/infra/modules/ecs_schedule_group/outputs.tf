output "name" {
  description = "The group's name."
  value       = aws_scheduler_schedule_group.this.name
}

output "arn" {
  description = "The group's ARN."
  value       = aws_scheduler_schedule_group.this.arn
}
