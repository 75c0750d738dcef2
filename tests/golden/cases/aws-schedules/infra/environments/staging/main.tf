# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What staging has for itself.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = { project = "shop", environment = "staging", managed-by = "terraform" }
  }
}

module "network" {
  source = "../../modules/network"

  name   = "shop-staging"
  region = var.region
  cidr   = "10.0.0.0/16"
  zones  = 2
  nat    = "single"
}

module "services" {
  source = "../../modules/ecs_cluster"

  name      = "shop-staging"
  namespace = "staging.shop.local"
  vpc       = module.network.vpc
}

module "app_api" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/staging/api"
  task_role      = "shop-staging-api-task"
  execution_role = "shop-staging-api-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/api"]
  secrets        = []
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-staging-boundary"
}

module "app_reports" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/staging/reports"
  task_role      = "shop-staging-reports-task"
  execution_role = "shop-staging-reports-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/reports"]
  secrets        = ["arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/reports/token-??????"]
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-staging-boundary"
  statements = [{
    Sid      = "PasswordMain"
    Effect   = "Allow"
    Action   = ["secretsmanager:GetSecretValue"]
    Resource = [module.database_reports_main.secret]
  }]
}

module "service_api" {
  source = "../../modules/ecs_service"

  name               = "api"
  cluster            = module.services.name
  family             = "shop-staging-api"
  vpc                = module.network.vpc
  subnets            = module.network.private_subnets
  target_group       = "shop-staging-api"
  other_target_group = "shop-staging-api-b"
  task_role          = module.app_api.task_role
  execution_role     = module.app_api.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::111111111111:policy/shop-staging-boundary"
  discovered         = true
  namespace          = module.services.namespace
  port               = 9000
  clients = {
    reports-nightly = module.schedule_reports_nightly.security_group
    reports-hourly  = module.schedule_reports_hourly.security_group
  }
}

module "schedules" {
  source = "../../modules/ecs_schedule_group"

  name = "shop-staging"
}

module "schedule_reports_nightly" {
  source = "../../modules/ecs_schedule"

  name           = "reports-nightly"
  group          = module.schedules.name
  cluster        = module.services.name
  family         = "shop-staging-reports-nightly"
  role           = "shop-staging-reports-nightly-scheduler"
  vpc            = module.network.vpc
  subnets        = module.network.private_subnets
  task_role      = module.app_reports.task_role
  execution_role = module.app_reports.execution_role
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-staging-boundary"
}

module "schedule_reports_hourly" {
  source = "../../modules/ecs_schedule"

  name           = "reports-hourly"
  group          = module.schedules.name
  cluster        = module.services.name
  family         = "shop-staging-reports-hourly"
  role           = "shop-staging-reports-hourly-scheduler"
  vpc            = module.network.vpc
  subnets        = module.network.private_subnets
  task_role      = module.app_reports.task_role
  execution_role = module.app_reports.execution_role
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-staging-boundary"
}

module "database_reports_main" {
  source = "../../modules/database"

  name    = "shop-staging-reports-main"
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

module "alarms" {
  source = "../../modules/alarms"

  name   = "shop-staging"
  region = var.region
  mail   = ["ops@example.com"]
  alarms = {
    api-cpu = {
      about      = "Processors of api"
      namespace  = "AWS/ECS"
      metric     = "CPUUtilization"
      dimensions = { ClusterName = "shop-staging", ServiceName = "api" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    api-memory = {
      about      = "Memory of api"
      namespace  = "AWS/ECS"
      metric     = "MemoryUtilization"
      dimensions = { ClusterName = "shop-staging", ServiceName = "api" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    runs = {
      about      = "Runs that could not be started"
      namespace  = "AWS/Scheduler"
      metric     = "InvocationDroppedCount"
      dimensions = { ScheduleGroup = "shop-staging" }
      statistic  = "Sum"
      threshold  = 0
      below      = false
      lasting    = false
    }
  }
}
