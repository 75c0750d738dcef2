output "topic" {
  description = "The topic that tells."
  value       = aws_sns_topic.this.arn
}
