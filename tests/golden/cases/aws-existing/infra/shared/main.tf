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

  repositories = ["shop/front", "docker.io/library/nginx"]
  partition    = "aws"
  upstreams = {
    "quay.io"   = { url = "quay.io" }
    "docker.io" = { url = "registry-1.docker.io", secret = "ecr-pullthroughcache/docker-hub" }
  }
}
