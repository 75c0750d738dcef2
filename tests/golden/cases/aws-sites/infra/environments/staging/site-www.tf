# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the site www has for itself.

module "certificate_site_www" {
  source = "../../modules/certificate"

  providers = { aws = aws.us_east_1 }

  zone  = "shop.example.com"
  hosts = ["staging.shop.example.com"]
}

module "site_www" {
  source = "../../modules/site"

  name        = "shop-staging-www"
  single_page = true
  built_here  = true
  bucket      = "shop-staging-www-111111111111-site"
  host        = "staging.shop.example.com"
  zone        = "shop.example.com"
  certificate = module.certificate_site_www.arn
}

output "site_www_address" {
  description = "Of the site www."
  value       = module.site_www.address
}

output "site_www_bucket" {
  description = "Of the site www."
  value       = module.site_www.bucket
}

output "site_www_distribution" {
  description = "Of the site www."
  value       = module.site_www.distribution
}
