# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the site assets has for itself.

module "site_assets" {
  source = "../../modules/site"

  name        = "shop-prod-assets"
  single_page = false
  built_here  = false
  bucket      = "shop-prod-assets-222222222222-site"
}

output "site_assets_address" {
  description = "Of the site assets."
  value       = module.site_assets.address
}

output "site_assets_bucket" {
  description = "Of the site assets."
  value       = module.site_assets.bucket
}

output "site_assets_distribution" {
  description = "Of the site assets."
  value       = module.site_assets.distribution
}
