# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "topic" {
  description = "The topic that tells."
  value       = aws_sns_topic.this.arn
}
