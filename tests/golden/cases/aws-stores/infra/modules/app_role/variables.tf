# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The role's name."
  type        = string
}

variable "account" {
  description = "The account."
  type        = string
}

variable "boundary" {
  description = "The policy that bounds the role."
  type        = string
}

variable "statements" {
  description = "What the app may do."
  type        = any
}

variable "cluster" {
  description = "The cluster that its pods run in."
  type        = string
}

variable "namespace" {
  description = "The namespace of its pods."
  type        = string
}

variable "service_account" {
  description = "The ServiceAccount of its pods."
  type        = string
}
