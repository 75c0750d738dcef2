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

output "cluster" {
  description = "The cluster's name."
  value       = module.cluster.name
}

output "cluster_endpoint" {
  description = "The address of its API server."
  value       = module.cluster.endpoint
}

output "services_cluster" {
  description = "The ECS cluster's name."
  value       = module.services.name
}

output "load_balancer" {
  description = "The name that apps are reached at."
  value       = module.load_balancer.address
}
