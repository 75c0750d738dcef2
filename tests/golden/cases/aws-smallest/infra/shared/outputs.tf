# Generated from generator.yaml. Edit it as you like: your changes are kept.

output "registry" {
  description = "The address of each repository of images."
  value       = module.registry.repositories
}

output "connection" {
  description = "The connection to the forge, which a person confirms once."
  value       = module.connection.arn
}

output "builds_role" {
  description = "The role of builds."
  value       = module.builds.role
}
