# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What dev has for itself.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = { project = "shop", environment = "dev", managed-by = "terraform" }
  }
}

module "network" {
  source = "../../modules/network"

  name   = "shop-dev"
  region = var.region
  cidr   = "10.0.0.0/16"
  zones  = 2
  nat    = "single"
}

module "certificate" {
  source = "../../modules/certificate"

  zone  = "shop.example.com"
  hosts = ["www.shop.example.com", "front.shop.example.com"]
}

module "cluster" {
  source = "../../modules/cluster"

  name          = "shop-dev"
  kubernetes    = "1.36"
  compute       = "auto"
  subnets       = module.network.private_subnets
  admins        = []
  public_access = []
  protected     = true
  partition     = "aws"
  boundary      = "arn:aws:iam::111111111111:policy/shop-dev-boundary"
}

module "services" {
  source = "../../modules/ecs_cluster"

  name      = "shop-dev"
  namespace = "dev.shop.local"
  vpc       = module.network.vpc
}

module "load_balancer" {
  source = "../../modules/load_balancer"

  name        = "shop-dev"
  vpc         = module.network.vpc
  cidr        = module.network.cidr
  subnets     = module.network.public_subnets
  https       = true
  protected   = true
  certificate = module.certificate.arn
  zone        = "shop.example.com"
  hosts       = ["front.shop.example.com"]
}

module "app_front" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/dev/front"
  task_role      = "shop-dev-front-task"
  execution_role = "shop-dev-front-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/front"]
  secrets        = []
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-dev-boundary"
}

module "service_front" {
  source = "../../modules/ecs_service"

  name               = "front"
  cluster            = module.services.name
  family             = "shop-dev-front"
  vpc                = module.network.vpc
  subnets            = module.network.private_subnets
  target_group       = "shop-dev-front"
  other_target_group = "shop-dev-front-b"
  task_role          = module.app_front.task_role
  execution_role     = module.app_front.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::111111111111:policy/shop-dev-boundary"
  discovered         = true
  namespace          = module.services.namespace
  port               = 80
  clients            = { load-balancer = module.load_balancer.security_group }
  listener           = module.load_balancer.listener
  priority           = 10
  health             = "/"
  hosts              = ["front.shop.example.com"]
  paths              = []
}
