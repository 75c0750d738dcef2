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

module "app_web" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/staging/web"
  task_role      = "shop-staging-web-task"
  execution_role = "shop-staging-web-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/web"]
  secrets        = []
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-staging-boundary"
}

module "service_web" {
  source = "../../modules/ecs_service"

  name               = "web"
  cluster            = module.services.name
  family             = "shop-staging-web"
  vpc                = module.network.vpc
  subnets            = module.network.private_subnets
  target_group       = "shop-staging-web"
  other_target_group = "shop-staging-web-b"
  task_role          = module.app_web.task_role
  execution_role     = module.app_web.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::111111111111:policy/shop-staging-boundary"
  discovered         = true
  namespace          = module.services.namespace
  port               = 8080
  clients            = {}
}
