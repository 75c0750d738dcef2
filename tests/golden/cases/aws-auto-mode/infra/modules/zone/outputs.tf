# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "name_servers" {
  description = "What has to be entered where the domain was bought."
  value       = aws_route53_zone.this.name_servers
}

output "id" {
  description = "The zone's id."
  value       = aws_route53_zone.this.zone_id
}
