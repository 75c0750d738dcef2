# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the site manual has for itself.

module "site_manual" {
  source = "../../modules/amplify_site"

  name        = "shop-prod-manual"
  single_page = false
  branch      = "shop-prod"
  host        = "manual-prod.shop.example.com"
  zone        = "shop.example.com"
}

output "site_manual_address" {
  description = "Of the site manual."
  value       = module.site_manual.address
}

output "site_manual_app" {
  description = "Of the site manual."
  value       = module.site_manual.app
}

output "site_manual_branch" {
  description = "Of the site manual."
  value       = module.site_manual.branch
}
