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
  nat    = "instance"
}

module "nat" {
  source = "../../modules/nat_instance"

  name         = "shop-dev"
  vpc          = module.network.vpc
  cidr         = module.network.cidr
  subnet       = module.network.public_subnets[0]
  route_tables = module.network.private_route_tables
}

module "cluster" {
  source = "../../modules/cluster"

  name          = "shop-dev"
  kubernetes    = "1.36"
  compute       = "nodes"
  subnets       = module.network.private_subnets
  admins        = []
  public_access = []
  protected     = false
  partition     = "aws"
  boundary      = "arn:aws:iam::111111111111:policy/shop-dev-boundary"
}

module "nodes" {
  source = "../../modules/node_group"

  cluster        = module.cluster.name
  subnets        = module.network.private_subnets
  ami_type       = "AL2023_ARM_64_STANDARD"
  instance_types = ["t4g.large", "m7g.large"]
  least          = 1
  most           = 6
  disk           = 50
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-dev-boundary"
}

module "services" {
  source = "../../modules/ecs_cluster"

  name      = "shop-dev"
  namespace = "dev.shop.local"
  vpc       = module.network.vpc
}

module "load_balancer" {
  source = "../../modules/load_balancer"

  name      = "shop-dev"
  vpc       = module.network.vpc
  cidr      = module.network.cidr
  subnets   = module.network.public_subnets
  https     = false
  protected = false
}
