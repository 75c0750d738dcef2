# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the site legal has for itself.

module "site_legal" {
  source = "../../modules/site"

  name        = "shop-prod-legal"
  single_page = false
  built_here  = true
  bucket      = "shop-prod-legal-222222222222-site"
  host        = "legal.shop.example.com"
  zone        = "shop.example.com"
  certificate = "arn:aws:acm:us-east-1:222222222222:certificate/0a1b2c3d-1111-4222-8333-444455556666"
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
