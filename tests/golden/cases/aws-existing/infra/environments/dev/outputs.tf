# Generated from generator.yaml. Edit it as you like: your changes are kept.

output "vpc" {
  description = "The VPC."
  value       = "vpc-0a1b2c3d4e5f60718"
}

output "private_subnets" {
  description = "The subnets that apps run in."
  value       = ["subnet-0a1b2c3d4e5f60721", "subnet-0a1b2c3d4e5f60722"]
}

output "public_subnets" {
  description = "The subnets of load balancers."
  value       = ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"]
}

output "cluster" {
  description = "The cluster's name."
  value       = data.aws_eks_cluster.existing.name
}

output "cluster_endpoint" {
  description = "The address of its API server."
  value       = data.aws_eks_cluster.existing.endpoint
}
