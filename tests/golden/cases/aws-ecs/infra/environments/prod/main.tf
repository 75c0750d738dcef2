# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What prod has for itself.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

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
  nat    = "none"
}

module "endpoints" {
  source = "../../modules/endpoints"

  name     = "shop-prod"
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

  name      = "shop-prod"
  namespace = "prod.shop.local"
  vpc       = module.network.vpc
}

module "load_balancer" {
  source = "../../modules/load_balancer"

  name        = "shop-prod"
  vpc         = module.network.vpc
  cidr        = module.network.cidr
  subnets     = module.network.public_subnets
  https       = true
  protected   = true
  certificate = module.certificate.arn
  zone        = "shop.example.com"
  hosts       = ["www.shop.example.com"]
}

module "app_web" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/prod/web"
  task_role      = "shop-prod-web-task"
  execution_role = "shop-prod-web-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/web"]
  secrets        = ["arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/web/database-??????"]
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
}

module "app_api" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/prod/api"
  task_role      = "shop-prod-api-task"
  execution_role = "shop-prod-api-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/api"]
  secrets        = []
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
}

module "service_web" {
  source = "../../modules/ecs_service"

  name               = "web"
  cluster            = module.services.name
  family             = "shop-prod-web"
  vpc                = module.network.vpc
  subnets            = module.network.private_subnets
  target_group       = "shop-prod-web"
  other_target_group = "shop-prod-web-b"
  task_role          = module.app_web.task_role
  execution_role     = module.app_web.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
  discovered         = true
  namespace          = module.services.namespace
  port               = 8080
  clients            = { load-balancer = module.load_balancer.security_group }
  listener           = module.load_balancer.listener
  priority           = 10
  health             = "/healthz"
  hosts              = ["www.shop.example.com"]
  paths              = []
  blue_green         = true
  scaling            = { least = 2, most = 6, cpu = 60 }
}

module "service_api" {
  source = "../../modules/ecs_service"

  name               = "api"
  cluster            = module.services.name
  family             = "shop-prod-api"
  vpc                = module.network.vpc
  subnets            = module.network.private_subnets
  target_group       = "shop-prod-api"
  other_target_group = "shop-prod-api-b"
  task_role          = module.app_api.task_role
  execution_role     = module.app_api.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
  discovered         = true
  namespace          = module.services.namespace
  port               = 9000
  clients            = { web = module.service_web.security_group }
}

module "alarms" {
  source = "../../modules/alarms"

  name   = "shop-prod"
  region = var.region
  mail   = ["ops@example.com"]
  alarms = {
    web-cpu = {
      about      = "Processors of web"
      namespace  = "AWS/ECS"
      metric     = "CPUUtilization"
      dimensions = { ClusterName = "shop-prod", ServiceName = "web" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    web-memory = {
      about      = "Memory of web"
      namespace  = "AWS/ECS"
      metric     = "MemoryUtilization"
      dimensions = { ClusterName = "shop-prod", ServiceName = "web" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    api-cpu = {
      about      = "Processors of api"
      namespace  = "AWS/ECS"
      metric     = "CPUUtilization"
      dimensions = { ClusterName = "shop-prod", ServiceName = "api" }
      statistic  = "Average"
      threshold  = 90
      below      = false
    }
    api-memory = {
      about      = "Memory of api"
      namespace  = "AWS/ECS"
      metric     = "MemoryUtilization"
      dimensions = { ClusterName = "shop-prod", ServiceName = "api" }
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
