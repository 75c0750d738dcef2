# Generated from generator.yaml. Edit it as you like: your changes are kept.

output "registry" {
  description = "The address of each repository of images."
  value       = module.registry.repositories
}

output "repository" {
  description = "The address of the repository."
  value       = module.repository.url
}

output "pipeline" {
  description = "The name of the pipeline."
  value       = module.pipeline.name
}
