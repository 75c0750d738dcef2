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
