# Generated from generator.yaml. Edit it as you like: your changes are kept.

output "state_bucket" {
  description = "The bucket with all states."
  value       = module.state.bucket
}

output "staging_roles" {
  description = "The roles of staging."
  value       = module.roles_staging.roles
}

output "prod_roles" {
  description = "The roles of prod."
  value       = module.roles_prod.roles
}
