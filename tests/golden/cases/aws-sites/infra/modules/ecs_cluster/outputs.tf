# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "name" {
  description = "The cluster's name."
  value       = aws_ecs_cluster.this.name
}

output "namespace" {
  description = "The id of the private domain."
  value       = aws_service_discovery_private_dns_namespace.this.id
}
