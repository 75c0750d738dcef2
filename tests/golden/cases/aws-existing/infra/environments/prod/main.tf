# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What prod has for itself.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = { project = "shop", environment = "prod", managed-by = "terraform" }
  }
}

data "aws_vpc" "existing" {
  id = "vpc-0a1b2c3d4e5f60718"
}

module "endpoints" {
  source = "../../modules/endpoints"

  name     = "shop-prod"
  region   = var.region
  vpc      = "vpc-0a1b2c3d4e5f60718"
  cidr     = data.aws_vpc.existing.cidr_block
  subnets  = ["subnet-0a1b2c3d4e5f60721", "subnet-0a1b2c3d4e5f60722"]
  services = ["sts"]
}

module "cluster" {
  source = "../../modules/cluster"

  name          = "shop-prod"
  kubernetes    = "1.36"
  compute       = "auto"
  subnets       = ["subnet-0a1b2c3d4e5f60721", "subnet-0a1b2c3d4e5f60722"]
  admins        = []
  public_access = []
  protected     = true
  partition     = "aws"
  boundary      = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
}

module "services" {
  source = "../../modules/ecs_cluster"

  name      = "shop-prod"
  namespace = "prod.shop.local"
  vpc       = "vpc-0a1b2c3d4e5f60718"
}

module "load_balancer" {
  source = "../../modules/load_balancer"

  name      = "shop-prod"
  vpc       = "vpc-0a1b2c3d4e5f60718"
  cidr      = data.aws_vpc.existing.cidr_block
  subnets   = ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"]
  https     = false
  protected = true
}
