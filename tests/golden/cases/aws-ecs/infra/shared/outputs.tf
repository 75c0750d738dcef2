# Generated from generator.yaml. Edit it as you like: your changes are kept.

output "registry" {
  description = "The address of each repository of images."
  value       = module.registry.repositories
}

output "builds_role" {
  description = "The role of builds."
  value       = module.builds.role
}

output "repository" {
  description = "The address of the repository."
  value       = module.repository.url
}
