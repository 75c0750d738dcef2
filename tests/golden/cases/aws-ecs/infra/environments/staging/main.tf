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
  nat    = "none"
}

module "endpoints" {
  source = "../../modules/endpoints"

  name     = "shop-staging"
  region   = var.region
  vpc      = module.network.vpc
  cidr     = module.network.cidr
  subnets  = module.network.private_subnets
  services = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"]
}

module "certificate" {
  source = "../../modules/certificate"

  zone  = "shop.example.com"
  hosts = ["www.shop.example.com"]
}

module "services" {
  source = "../../modules/ecs_cluster"

  name      = "shop-staging"
  namespace = "staging.shop.local"
  vpc       = module.network.vpc
}

module "load_balancer" {
  source = "../../modules/load_balancer"

  name        = "shop-staging"
  vpc         = module.network.vpc
  cidr        = module.network.cidr
  subnets     = module.network.public_subnets
  https       = true
  protected   = false
  certificate = module.certificate.arn
  zone        = "shop.example.com"
  hosts       = ["www.shop.example.com"]
}

module "alarms" {
  source = "../../modules/alarms"

  name      = "shop-staging"
  region    = var.region
  account   = "111111111111"
  partition = "aws"
  mail      = ["ops@example.com"]
  alarms = {
    web-cpu = {
      about      = "Processors of web"
      namespace  = "AWS/ECS"
      metric     = "CPUUtilization"
      dimensions = { ClusterName = "shop-staging", ServiceName = "web" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    web-memory = {
      about      = "Memory of web"
      namespace  = "AWS/ECS"
      metric     = "MemoryUtilization"
      dimensions = { ClusterName = "shop-staging", ServiceName = "web" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
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
    errors = {
      about      = "Answers of apps that are errors"
      namespace  = "AWS/ApplicationELB"
      metric     = "HTTPCode_Target_5XX_Count"
      dimensions = { LoadBalancer = module.load_balancer.dimension }
      statistic  = "Sum"
      threshold  = 10
      below      = false
    }
  }
}
