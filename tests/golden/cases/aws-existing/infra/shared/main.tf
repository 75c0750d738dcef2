# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What all environments share: images, the zone, and what builds.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = { project = "shop", managed-by = "terraform" }
  }
}

module "registry" {
  source = "../modules/registry"

  repositories = ["shop/front"]
  partition    = "aws"
}
