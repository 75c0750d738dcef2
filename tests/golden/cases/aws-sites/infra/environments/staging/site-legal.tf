# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the site legal has for itself.

module "site_legal" {
  source = "../../modules/site"

  name        = "shop-staging-legal"
  single_page = false
  built_here  = true
  bucket      = "shop-staging-legal-111111111111-site"
}

output "site_legal_address" {
  description = "Of the site legal."
  value       = module.site_legal.address
}

output "site_legal_bucket" {
  description = "Of the site legal."
  value       = module.site_legal.bucket
}

output "site_legal_distribution" {
  description = "Of the site legal."
  value       = module.site_legal.distribution
}
