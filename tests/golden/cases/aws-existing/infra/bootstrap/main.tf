# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Who may run Terraform. An administrator applies this by hand, in this folder; the bucket of the states exists already:
#   terraform init && terraform apply

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = { project = "shop", managed-by = "terraform" }
  }
}

data "aws_iam_openid_connect_provider" "github" {
  url = "https://token.actions.githubusercontent.com"
}

module "roles_dev" {
  source = "../modules/environment_roles"

  project         = "shop"
  environment     = "dev"
  account         = "111111111111"
  region          = "eu-west-1"
  partition       = "aws"
  state_bucket    = "acme-shop-states"
  trusted_account = "111111111111"
  github = {
    provider = data.aws_iam_openid_connect_provider.github.arn
    subjects = {
      plan   = ["repo:acme/shop:environment:dev"]
      apply  = ["repo:acme/shop:environment:dev"]
      deploy = ["repo:acme/shop:environment:dev"]
    }
  }
}

module "roles_prod" {
  source = "../modules/environment_roles"

  project         = "shop"
  environment     = "prod"
  account         = "111111111111"
  region          = "eu-west-1"
  partition       = "aws"
  state_bucket    = "acme-shop-states"
  trusted_account = "111111111111"
  github = {
    provider = data.aws_iam_openid_connect_provider.github.arn
    subjects = {
      plan   = ["repo:acme/shop:environment:prod"]
      apply  = ["repo:acme/shop:environment:prod"]
      deploy = ["repo:acme/shop:environment:prod"]
    }
  }
}
