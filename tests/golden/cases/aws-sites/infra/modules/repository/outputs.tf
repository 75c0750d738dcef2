# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "url" {
  description = "The URL to clone by HTTPS."
  value       = aws_codecommit_repository.this.clone_url_http
}
