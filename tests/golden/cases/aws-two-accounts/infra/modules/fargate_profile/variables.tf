# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "cluster" {
  description = "The cluster."
  type        = string
}

variable "subnets" {
  description = "The private subnets that pods stand in."
  type        = list(string)
}

variable "namespaces" {
  description = "The namespaces whose pods run on Fargate."
  type        = list(string)
}

variable "region" {
  description = "The cluster's region."
  type        = string
}

variable "account" {
  description = "The cluster's account."
  type        = string
}

variable "partition" {
  description = "The partition of ARNs."
  type        = string
}

variable "boundary" {
  description = "The policy that bounds its role."
  type        = string
}
