"""Estimate what a month costs, from the Terraform that is generated and the apps of the spec. No account is asked."""
