output "role" {
  description = "The machines' role."
  value       = aws_iam_role.this.arn
}
