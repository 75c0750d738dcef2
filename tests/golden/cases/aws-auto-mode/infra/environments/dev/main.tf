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
  cidr   = "10.8.0.0/16"
  zones  = 3
  nat    = "per-zone"
}

module "endpoints" {
  source = "../../modules/endpoints"

  name     = "shop-dev"
  region   = var.region
  vpc      = module.network.vpc
  cidr     = module.network.cidr
  subnets  = module.network.private_subnets
  services = ["ecr.api", "ecr.dkr"]
}

module "certificate" {
  source = "../../modules/certificate"

  zone  = "shop.example.com"
  hosts = ["www.shop.example.com"]
}

module "cluster" {
  source = "../../modules/cluster"

  name          = "shop-dev"
  kubernetes    = "1.36"
  compute       = "auto"
  subnets       = module.network.private_subnets
  admins        = ["arn:aws:iam::111111111111:role/platform"]
  public_access = ["203.0.113.0/24"]
  protected     = false
  partition     = "aws"
  boundary      = "arn:aws:iam::111111111111:policy/shop-dev-boundary"
  watched       = true
}

module "alarms" {
  source = "../../modules/alarms"

  name      = "shop-dev"
  region    = var.region
  account   = "111111111111"
  partition = "aws"
  mail      = ["ops@example.com"]
  alarms = {
    nodes = {
      about      = "Nodes that failed"
      namespace  = "ContainerInsights"
      metric     = "cluster_failed_node_count"
      dimensions = { ClusterName = "shop-dev" }
      statistic  = "Average"
      threshold  = 0
      below      = false
    }
  }
}

module "budget" {
  source = "../../modules/budget"

  name        = "shop-dev"
  environment = "dev"
  monthly     = 300
  mail        = ["ops@example.com"]
}
