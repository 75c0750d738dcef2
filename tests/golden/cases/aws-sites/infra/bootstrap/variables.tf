# Generated from generator.yaml. Edit it as you like: your changes are kept.

variable "region" {
  description = "The region of the states."
  type        = string
  default     = "eu-west-1"
}

variable "admin_role" {
  description = "The role in the other accounts that an administrator takes from here."
  type        = string
  default     = "OrganizationAccountAccessRole"
}
