# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the app reports has for itself.

module "app_reports" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/prod/reports"
  task_role      = "shop-prod-reports-task"
  execution_role = "shop-prod-reports-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/reports"]
  secrets        = ["arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/reports/token-??????"]
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
  statements = [{
    Sid      = "PasswordMain"
    Effect   = "Allow"
    Action   = ["secretsmanager:GetSecretValue"]
    Resource = [module.database_reports_main.secret]
  }]
}

module "schedule_reports_nightly" {
  source = "../../modules/ecs_schedule"

  name           = "reports-nightly"
  group          = module.schedules.name
  cluster        = module.services.name
  family         = "shop-prod-reports-nightly"
  role           = "shop-prod-reports-nightly-scheduler"
  vpc            = module.network.vpc
  subnets        = module.network.private_subnets
  task_role      = module.app_reports.task_role
  execution_role = module.app_reports.execution_role
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
}

module "schedule_reports_hourly" {
  source = "../../modules/ecs_schedule"

  name           = "reports-hourly"
  group          = module.schedules.name
  cluster        = module.services.name
  family         = "shop-prod-reports-hourly"
  role           = "shop-prod-reports-hourly-scheduler"
  vpc            = module.network.vpc
  subnets        = module.network.private_subnets
  task_role      = module.app_reports.task_role
  execution_role = module.app_reports.execution_role
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
}

module "database_reports_main" {
  source = "../../modules/database"

  name    = "shop-prod-reports-main"
  vpc     = module.network.vpc
  subnets = module.network.database_subnets
  clients = {
    reports-nightly = module.schedule_reports_nightly.security_group
    reports-hourly  = module.schedule_reports_hourly.security_group
  }
  engine_version = "17"
  class          = "db.t4g.micro"
  storage        = 20
  multi_az       = false
  backup_days    = 7
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
