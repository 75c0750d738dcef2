# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "repositories" {
  description = "The address of each repository, by its name."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}
