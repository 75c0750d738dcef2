# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "bucket" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.id
}
