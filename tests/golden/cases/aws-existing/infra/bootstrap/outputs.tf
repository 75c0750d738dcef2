# Generated from generator.yaml. Edit it as you like: your changes are kept.

output "state_bucket" {
  description = "The bucket with all states."
  value       = "acme-shop-states"
}

output "dev_roles" {
  description = "The roles of dev."
  value       = module.roles_dev.roles
}

output "prod_roles" {
  description = "The roles of prod."
  value       = module.roles_prod.roles
}
