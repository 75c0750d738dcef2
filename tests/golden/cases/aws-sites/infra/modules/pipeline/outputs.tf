# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "name" {
  description = "The pipeline's name."
  value       = aws_codepipeline.this.name
}

output "topics" {
  description = "The topics that ask for approvals, by environment."
  value       = { for environment, topic in aws_sns_topic.approvals : environment => topic.arn }
}

output "artifacts" {
  description = "The bucket of artifacts and plans."
  value       = aws_s3_bucket.artifacts.bucket
}
