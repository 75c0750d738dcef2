# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "url" {
  description = "The queue's URL."
  value       = aws_sqs_queue.this.url
}

output "failed" {
  description = "The URL of the queue with messages that were put aside."
  value       = aws_sqs_queue.failed.url
}
