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
