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

module "services" {
  source = "../../modules/ecs_cluster"

  name      = "shop-prod"
  namespace = "prod.shop.local"
  vpc       = module.network.vpc
}
