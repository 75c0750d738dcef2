# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "What its name begins with."
  type        = string
}

variable "vpc" {
  description = "The VPC that it serves."
  type        = string
}

variable "cidr" {
  description = "The VPC's addresses, which it forwards for."
  type        = string
}

variable "subnet" {
  description = "The public subnet that it stands in."
  type        = string
}

variable "route_tables" {
  description = "The private subnets' route tables, by zone."
  type        = map(string)
}
