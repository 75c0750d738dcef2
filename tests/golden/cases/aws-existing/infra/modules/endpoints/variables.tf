# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "What the endpoints' names begin with."
  type        = string
}

variable "region" {
  description = "The region of the services."
  type        = string
}

variable "vpc" {
  description = "The VPC that they are in."
  type        = string
}

variable "cidr" {
  description = "The VPC's addresses, which may reach them."
  type        = string
}

variable "subnets" {
  description = "The subnets that they have addresses in."
  type        = list(string)
}

variable "services" {
  description = "The services, by the last part of their endpoints' names."
  type        = list(string)
}
