# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "What the network and its parts are called."
  type        = string
}

variable "region" {
  description = "The region that it lies in."
  type        = string
}

variable "cidr" {
  description = "The addresses of the VPC."
  type        = string
}

variable "zones" {
  description = "In how many availability zones it has subnets."
  type        = number
}

variable "nat" {
  description = "How private subnets reach the internet: none, instance, single or per-zone."
  type        = string
}
