# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What dev has for itself.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = { project = "shop", environment = "dev", managed-by = "terraform" }
  }
}

data "aws_vpc" "existing" {
  id = "vpc-0a1b2c3d4e5f60718"
}

data "aws_eks_cluster" "existing" {
  name = "platform"
}

module "endpoints" {
  source = "../../modules/endpoints"

  name     = "shop-dev"
  region   = var.region
  vpc      = "vpc-0a1b2c3d4e5f60718"
  cidr     = data.aws_vpc.existing.cidr_block
  subnets  = ["subnet-0a1b2c3d4e5f60721", "subnet-0a1b2c3d4e5f60722"]
  services = ["sts"]
}
