# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The first time: terraform init. Without the bucket, as in a check: terraform init -backend=false

terraform {
  backend "s3" {
    bucket       = "acme-shop-states"
    key          = "shared/terraform.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
