# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Where Terraform keeps its states, and who may run it. An administrator applies this by hand, in this folder:
#   1. echo 'terraform { backend "local" {} }' > local_override.tf
#   2. terraform init && terraform apply                         it keeps its state here
#   3. rm local_override.tf && terraform init -migrate-state     it moves the state into the bucket that it has made

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = { project = "shop", managed-by = "terraform" }
  }
}

provider "aws" {
  alias               = "account_222222222222"
  region              = var.region
  allowed_account_ids = ["222222222222"]

  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/${var.admin_role}"
  }

  default_tags {
    tags = { project = "shop", managed-by = "terraform" }
  }
}

module "state" {
  source = "../modules/state"

  project        = "shop"
  bucket         = "shop-tfstate-111111111111"
  lock_table     = false
  partition      = "aws"
  other_accounts = { prod = "222222222222" }
}

module "roles_staging" {
  source = "../modules/environment_roles"

  project         = "shop"
  environment     = "staging"
  account         = "111111111111"
  region          = "eu-west-1"
  partition       = "aws"
  state_bucket    = "shop-tfstate-111111111111"
  trusted_account = "111111111111"
  trusted = {
    plan  = ["arn:aws:iam::111111111111:role/shop-delivery-staging-plan"]
    apply = ["arn:aws:iam::111111111111:role/shop-delivery-staging-apply"]
    deploy = [
      "arn:aws:iam::111111111111:role/shop-delivery-staging-deploy",
      "arn:aws:iam::111111111111:role/shop-delivery-staging-verify",
    ]
  }
}

module "roles_prod" {
  source = "../modules/environment_roles"

  providers = { aws = aws.account_222222222222 }

  project         = "shop"
  environment     = "prod"
  account         = "222222222222"
  region          = "eu-west-1"
  partition       = "aws"
  state_bucket    = "shop-tfstate-111111111111"
  trusted_account = "111111111111"
  trusted = {
    plan   = ["arn:aws:iam::111111111111:role/shop-delivery-prod-plan"]
    apply  = ["arn:aws:iam::111111111111:role/shop-delivery-prod-apply"]
    deploy = ["arn:aws:iam::111111111111:role/shop-delivery-prod-deploy"]
  }
}
