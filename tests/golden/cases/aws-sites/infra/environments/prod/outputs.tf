# Generated from generator.yaml. Edit it as you like: your changes are kept.

output "vpc" {
  description = "The VPC."
  value       = module.network.vpc
}

output "private_subnets" {
  description = "The subnets that apps run in."
  value       = module.network.private_subnets
}

output "public_subnets" {
  description = "The subnets of load balancers."
  value       = module.network.public_subnets
}

output "certificate" {
  description = "The certificate's ARN."
  value       = module.certificate.arn
}

output "services_cluster" {
  description = "The ECS cluster's name."
  value       = module.services.name
}

output "load_balancer" {
  description = "The name that apps are reached at."
  value       = module.load_balancer.address
}

output "service_api_security_group" {
  description = "The group of api."
  value       = module.service_api.security_group
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
