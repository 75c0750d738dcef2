# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The load balancer's name."
  type        = string
}

variable "vpc" {
  description = "The VPC."
  type        = string
}

variable "cidr" {
  description = "The VPC's addresses, which it may reach."
  type        = string
}

variable "subnets" {
  description = "The public subnets that it stands in."
  type        = list(string)
}

variable "https" {
  description = "Whether it serves HTTPS."
  type        = bool
}

variable "certificate" {
  description = "The certificate's ARN."
  type        = string
  default     = null
}

variable "zone" {
  description = "The zone that hosts are in."
  type        = string
  default     = null
}

variable "hosts" {
  description = "The hosts whose names lead to it."
  type        = list(string)
  default     = []
}

variable "protected" {
  description = "Whether it is kept from being deleted."
  type        = bool
}
