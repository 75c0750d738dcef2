"""Check Terraform for AWS without an account: by the real Terraform on a stub, and by rules over its plan."""
