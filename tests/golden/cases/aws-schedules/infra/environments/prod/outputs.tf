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

output "services_cluster" {
  description = "The ECS cluster's name."
  value       = module.services.name
}

output "service_api_security_group" {
  description = "The group of api."
  value       = module.service_api.security_group
}

output "schedule_reports_nightly_security_group" {
  description = "The group of reports-nightly."
  value       = module.schedule_reports_nightly.security_group
}

output "schedule_reports_hourly_security_group" {
  description = "The group of reports-hourly."
  value       = module.schedule_reports_hourly.security_group
}

output "database_reports_main_host" {
  description = "Of a database of reports."
  value       = module.database_reports_main.host
}

output "database_reports_main_secret" {
  description = "Of a database of reports."
  value       = module.database_reports_main.secret
}
