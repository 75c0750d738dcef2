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

  repositories = ["shop/web", "shop/web-cache", "shop/api"]
  partition    = "aws"
}

module "repository" {
  source = "../modules/repository"

  name   = "shop"
  branch = "main"
}

module "builds" {
  source = "../modules/builds"

  name        = "shop"
  arch        = "x86"
  source_type = "CODECOMMIT"
  location    = module.repository.url
  branch      = "main"
  paths       = ["web"]
  repositories = [
    "arn:aws:ecr:eu-west-1:111111111111:repository/shop/web",
    "arn:aws:ecr:eu-west-1:111111111111:repository/shop/web-cache",
    "arn:aws:ecr:eu-west-1:111111111111:repository/shop/api",
  ]
  region     = var.region
  account    = "111111111111"
  partition  = "aws"
  codecommit = "arn:aws:codecommit:eu-west-1:111111111111:shop"
}
