# Generated from generator.yaml. Edit it as you like: your changes are kept.

variable "region" {
  description = "The region."
  type        = string
  default     = "eu-west-1"
}
