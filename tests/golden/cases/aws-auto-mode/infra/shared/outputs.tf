# Generated from generator.yaml. Edit it as you like: your changes are kept.

output "registry" {
  description = "The address of each repository of images."
  value       = module.registry.repositories
}

output "zone_servers" {
  description = "What has to be entered where the domain was bought."
  value       = module.zone.name_servers
}

output "connection" {
  description = "The connection to the forge, which a person confirms once."
  value       = module.connection.arn
}

output "builds_role" {
  description = "The role of builds."
  value       = module.builds.role
}
