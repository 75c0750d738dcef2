# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What prod has for itself.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["222222222222"]

  default_tags {
    tags = { project = "shop", environment = "prod", managed-by = "terraform" }
  }
}

provider "aws" {
  alias               = "us_east_1"
  region              = "us-east-1"
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

module "certificate" {
  source = "../../modules/certificate"

  zone  = "shop.example.com"
  hosts = ["api-prod.shop.example.com"]
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
  hosts       = ["api-prod.shop.example.com"]
}

module "app_api" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/prod/api"
  task_role      = "shop-prod-api-task"
  execution_role = "shop-prod-api-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/api"]
  secrets        = []
  region         = var.region
  account        = "222222222222"
  partition      = "aws"
  boundary       = "arn:aws:iam::222222222222:policy/shop-prod-boundary"
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
  boundary           = "arn:aws:iam::222222222222:policy/shop-prod-boundary"
  discovered         = true
  namespace          = module.services.namespace
  port               = 9000
  clients            = { load-balancer = module.load_balancer.security_group }
  listener           = module.load_balancer.listener
  priority           = 10
  health             = "/"
  hosts              = ["api-prod.shop.example.com"]
  paths              = []
}

module "certificate_site_www" {
  source = "../../modules/certificate"

  providers = { aws = aws.us_east_1 }

  zone  = "shop.example.com"
  hosts = ["shop.example.com"]
}

module "site_www" {
  source = "../../modules/site"

  name        = "shop-prod-www"
  single_page = true
  bucket      = "shop-prod-www-222222222222-site"
  host        = "shop.example.com"
  zone        = "shop.example.com"
  certificate = module.certificate_site_www.arn
}

module "site_manual" {
  source = "../../modules/amplify_site"

  name        = "shop-prod-manual"
  single_page = false
  branch      = "shop-prod"
  host        = "manual-prod.shop.example.com"
  zone        = "shop.example.com"
}

module "site_guide" {
  source = "../../modules/amplify_site"

  name        = "shop-prod-guide"
  single_page = true
  branch      = "shop-prod"
  host        = "shop-guide.shop.example.com"
  zone        = "shop.example.com"
}

module "site_legal" {
  source = "../../modules/site"

  name        = "shop-prod-legal"
  single_page = false
  bucket      = "shop-prod-legal-222222222222-site"
  host        = "legal.shop.example.com"
  zone        = "shop.example.com"
  certificate = "arn:aws:acm:us-east-1:222222222222:certificate/0a1b2c3d-1111-4222-8333-444455556666"
}

module "site_assets" {
  source = "../../modules/site"

  name        = "shop-prod-assets"
  single_page = false
  bucket      = "shop-prod-assets-222222222222-site"
}
