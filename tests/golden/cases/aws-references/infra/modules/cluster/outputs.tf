# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "name" {
  description = "The cluster's name."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "The cluster's ARN."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "The address of its API server."
  value       = aws_eks_cluster.this.endpoint
}

output "security_group" {
  description = "The security group that its control plane and pods share."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "node_role" {
  description = "The name of the role of Auto Mode's machines."
  value       = local.auto ? aws_iam_role.node[0].name : null
}
