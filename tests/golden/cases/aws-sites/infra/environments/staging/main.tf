# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What staging has for itself.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = { project = "shop", environment = "staging", managed-by = "terraform" }
  }
}

provider "aws" {
  alias               = "us_east_1"
  region              = "us-east-1"
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

module "certificate" {
  source = "../../modules/certificate"

  zone  = "shop.example.com"
  hosts = ["api-staging.shop.example.com"]
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
  hosts       = ["api-staging.shop.example.com"]
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
  clients            = { load-balancer = module.load_balancer.security_group }
  listener           = module.load_balancer.listener
  priority           = 10
  health             = "/"
  hosts              = ["api-staging.shop.example.com"]
  paths              = []
}

module "certificate_site_www" {
  source = "../../modules/certificate"

  providers = { aws = aws.us_east_1 }

  zone  = "shop.example.com"
  hosts = ["staging.shop.example.com"]
}

module "site_www" {
  source = "../../modules/site"

  name        = "shop-staging-www"
  single_page = true
  bucket      = "shop-staging-www-111111111111-site"
  host        = "staging.shop.example.com"
  zone        = "shop.example.com"
  certificate = module.certificate_site_www.arn
}

module "site_manual" {
  source = "../../modules/amplify_site"

  name        = "shop-staging-manual"
  single_page = false
  branch      = "shop-staging"
  host        = "manual-staging.shop.example.com"
  zone        = "shop.example.com"
}

module "site_legal" {
  source = "../../modules/site"

  name        = "shop-staging-legal"
  single_page = false
  bucket      = "shop-staging-legal-111111111111-site"
}
