# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The cluster's name."
  type        = string
}

variable "namespace" {
  description = "The private domain that apps find each other in."
  type        = string
}

variable "vpc" {
  description = "The VPC that the domain is known in."
  type        = string
}

variable "retention" {
  description = "For how many days logs are kept."
  type        = number
  default     = 90
}
