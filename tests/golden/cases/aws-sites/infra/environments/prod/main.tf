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
