# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What prod has for itself.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["222222222222"]

  default_tags {
    tags = { project = "shop", environment = "prod", managed-by = "terraform" }
  }
}

module "network" {
  source = "../../modules/network"

  name   = "shop-prod"
  region = var.region
  cidr   = "10.0.0.0/16"
  zones  = 2
  nat    = "single"
}

module "cluster" {
  source = "../../modules/cluster"

  name          = "shop-prod"
  kubernetes    = "1.36"
  compute       = "auto"
  subnets       = module.network.private_subnets
  admins        = []
  public_access = []
  protected     = true
  partition     = "aws"
  boundary      = "arn:aws:iam::222222222222:policy/shop-prod-boundary"
  watched       = true
}

module "services" {
  source = "../../modules/ecs_cluster"

  name      = "shop-prod"
  namespace = "prod.shop.local"
  vpc       = module.network.vpc
}

module "alarms" {
  source = "../../modules/alarms"

  name      = "shop-prod"
  region    = var.region
  account   = "222222222222"
  partition = "aws"
  mail      = ["ops@example.com"]
  alarms = {
    nodes = {
      about      = "Nodes that failed"
      namespace  = "ContainerInsights"
      metric     = "cluster_failed_node_count"
      dimensions = { ClusterName = "shop-prod" }
      statistic  = "Average"
      threshold  = 0
      below      = false
    }
    worker-cpu = {
      about      = "Processors of worker"
      namespace  = "AWS/ECS"
      metric     = "CPUUtilization"
      dimensions = { ClusterName = "shop-prod", ServiceName = "worker" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    worker-memory = {
      about      = "Memory of worker"
      namespace  = "AWS/ECS"
      metric     = "MemoryUtilization"
      dimensions = { ClusterName = "shop-prod", ServiceName = "worker" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    database_web_main_cpu = {
      about      = "Processors of the database main of web"
      namespace  = "AWS/RDS"
      metric     = "CPUUtilization"
      dimensions = { DBInstanceIdentifier = "shop-prod-web-main" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    database_web_main_storage = {
      about      = "Free storage of the database main of web"
      namespace  = "AWS/RDS"
      metric     = "FreeStorageSpace"
      dimensions = { DBInstanceIdentifier = "shop-prod-web-main" }
      statistic  = "Average"
      threshold  = 2684354560
      below      = true
    }
    queue_web_mail_failed = {
      about      = "Messages that failed in the queue mail of web"
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = "shop-prod-web-mail-failed" }
      statistic  = "Maximum"
      threshold  = 0
      below      = false
      lasting    = false
    }
    database_worker_main_cpu = {
      about      = "Processors of the database main of worker"
      namespace  = "AWS/RDS"
      metric     = "CPUUtilization"
      dimensions = { DBInstanceIdentifier = "shop-prod-worker-main" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    database_worker_main_storage = {
      about      = "Free storage of the database main of worker"
      namespace  = "AWS/RDS"
      metric     = "FreeStorageSpace"
      dimensions = { DBInstanceIdentifier = "shop-prod-worker-main" }
      statistic  = "Average"
      threshold  = 1073741824
      below      = true
    }
  }
}
