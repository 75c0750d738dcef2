# Generated from generator.yaml. Edit it as you like: your changes are kept.

terraform {
  required_version = ">= 1.10.0"

  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.44" }
  }
}
