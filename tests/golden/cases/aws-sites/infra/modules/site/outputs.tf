# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "address" {
  description = "The name that it is reached at."
  value       = var.host == null ? aws_cloudfront_distribution.this.domain_name : var.host
}

output "bucket" {
  description = "The bucket that its files are put into."
  value       = aws_s3_bucket.this.id
}

output "distribution" {
  description = "The id of the distribution, to invalidate what it has kept."
  value       = aws_cloudfront_distribution.this.id
}
