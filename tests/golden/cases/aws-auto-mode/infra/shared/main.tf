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

  repositories = ["shop/web", "shop/web-cache"]
  partition    = "aws"
  upstreams    = { "public.ecr.aws" = { url = "public.ecr.aws" } }
}

module "zone" {
  source = "../modules/zone"

  zone = "shop.example.com"
}

module "connection" {
  source = "../modules/connection"

  name          = "shop"
  provider_type = "GitLab"
}

module "builds" {
  source = "../modules/builds"

  name        = "shop"
  arch        = "arm64"
  source_type = "GITLAB"
  location    = "https://gitlab.com/acme/shop.git"
  branch      = "main"
  paths       = ["web"]
  repositories = [
    "arn:aws:ecr:eu-west-1:111111111111:repository/shop/web",
    "arn:aws:ecr:eu-west-1:111111111111:repository/shop/web-cache",
  ]
  region     = var.region
  account    = "111111111111"
  partition  = "aws"
  caches     = ["arn:aws:ecr:eu-west-1:111111111111:repository/public.ecr.aws/*"]
  secrets    = ["arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/git-??????"]
  connection = module.connection.arn
}
