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

module "schedules" {
  source = "../../modules/ecs_schedule_group"

  name = "shop-staging"
}

module "alarms" {
  source = "../../modules/alarms"

  name      = "shop-staging"
  region    = var.region
  account   = "111111111111"
  partition = "aws"
  mail      = ["ops@example.com"]
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
    database_reports_main_cpu = {
      about      = "Processors of the database main of reports"
      namespace  = "AWS/RDS"
      metric     = "CPUUtilization"
      dimensions = { DBInstanceIdentifier = "shop-staging-reports-main" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    database_reports_main_storage = {
      about      = "Free storage of the database main of reports"
      namespace  = "AWS/RDS"
      metric     = "FreeStorageSpace"
      dimensions = { DBInstanceIdentifier = "shop-staging-reports-main" }
      statistic  = "Average"
      threshold  = 1073741824
      below      = true
    }
  }
}
