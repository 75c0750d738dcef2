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

module "state" {
  source = "../modules/state"

  project        = "shop"
  bucket         = "shop-tfstate-111111111111"
  lock_table     = true
  partition      = "aws"
  other_accounts = {}
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
  lock_table      = "arn:aws:dynamodb:eu-west-1:111111111111:table/shop-tfstate-111111111111"
  trusted = {
    plan   = ["arn:aws:iam::111111111111:role/shop-pipeline"]
    apply  = ["arn:aws:iam::111111111111:role/shop-pipeline"]
    deploy = ["arn:aws:iam::111111111111:role/shop-pipeline"]
  }
}

module "roles_prod" {
  source = "../modules/environment_roles"

  project         = "shop"
  environment     = "prod"
  account         = "111111111111"
  region          = "eu-west-1"
  partition       = "aws"
  state_bucket    = "shop-tfstate-111111111111"
  trusted_account = "111111111111"
  lock_table      = "arn:aws:dynamodb:eu-west-1:111111111111:table/shop-tfstate-111111111111"
  trusted = {
    plan   = ["arn:aws:iam::111111111111:role/shop-pipeline"]
    apply  = ["arn:aws:iam::111111111111:role/shop-pipeline"]
    deploy = ["arn:aws:iam::111111111111:role/shop-pipeline"]
  }
}
