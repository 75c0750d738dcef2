# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the site guide has for itself.

module "site_guide" {
  source = "../../modules/amplify_site"

  name        = "shop-prod-guide"
  single_page = true
  branch      = "shop-prod"
  host        = "shop-guide.shop.example.com"
  zone        = "shop.example.com"
}

output "site_guide_address" {
  description = "Of the site guide."
  value       = module.site_guide.address
}

output "site_guide_app" {
  description = "Of the site guide."
  value       = module.site_guide.app
}

output "site_guide_branch" {
  description = "Of the site guide."
  value       = module.site_guide.branch
}
