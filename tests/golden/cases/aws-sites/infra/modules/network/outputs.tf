# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "vpc" {
  description = "The VPC's id."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "The VPC's addresses."
  value       = aws_vpc.this.cidr_block
}

output "public_subnets" {
  description = "The public subnets, one for each zone."
  value       = [for zone in sort(keys(local.zones)) : aws_subnet.public[zone].id]
}

output "private_subnets" {
  description = "The private subnets, one for each zone."
  value       = [for zone in sort(keys(local.zones)) : aws_subnet.private[zone].id]
}

output "database_subnets" {
  description = "The subnets for databases, one for each zone."
  value       = [for zone in sort(keys(local.zones)) : aws_subnet.database[zone].id]
}

output "private_route_tables" {
  description = "The route tables of the private subnets, by zone."
  value       = { for zone, table in aws_route_table.private : zone => table.id }
}
