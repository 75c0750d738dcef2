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

output "service_worker_security_group" {
  description = "The group of worker."
  value       = module.service_worker.security_group
}

output "database_web_main_host" {
  description = "Of a database of web."
  value       = module.database_web_main.host
}

output "database_web_main_secret" {
  description = "Of a database of web."
  value       = module.database_web_main.secret
}

output "database_web_audit_host" {
  description = "Of a database of web."
  value       = data.aws_db_instance.web_audit.address
}

output "database_web_audit_port" {
  description = "Of a database of web."
  value       = data.aws_db_instance.web_audit.port
}

output "database_web_audit_username" {
  description = "Of a database of web."
  value       = data.aws_db_instance.web_audit.master_username
}

output "database_web_audit_dbname" {
  description = "Of a database of web."
  value       = data.aws_db_instance.web_audit.db_name
}

output "database_web_audit_secret" {
  description = "Of a database of web."
  value       = data.aws_db_instance.web_audit.master_user_secret[0].secret_arn
}

output "database_worker_main_host" {
  description = "Of a database of worker."
  value       = module.database_worker_main.host
}

output "database_worker_main_secret" {
  description = "Of a database of worker."
  value       = module.database_worker_main.secret
}

output "database_worker_old_host" {
  description = "Of a database of worker."
  value       = data.aws_db_instance.worker_old.address
}

output "database_worker_old_port" {
  description = "Of a database of worker."
  value       = data.aws_db_instance.worker_old.port
}

output "database_worker_old_username" {
  description = "Of a database of worker."
  value       = data.aws_db_instance.worker_old.master_username
}

output "database_worker_old_dbname" {
  description = "Of a database of worker."
  value       = data.aws_db_instance.worker_old.db_name
}

output "database_worker_old_secret" {
  description = "Of a database of worker."
  value       = data.aws_db_instance.worker_old.master_user_secret[0].secret_arn
}
