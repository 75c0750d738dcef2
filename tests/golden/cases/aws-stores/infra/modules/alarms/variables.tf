# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "What alarms' names begin with."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "account" {
  description = "The account."
  type        = string
}

variable "partition" {
  description = "The partition of ARNs."
  type        = string
}

variable "mail" {
  description = "The addresses that are told."
  type        = list(string)
}

variable "alarms" {
  description = "What is watched, by name."
  type        = map(object({ about = string, namespace = string, metric = string, dimensions = map(string), statistic = string, threshold = number, below = bool, lasting = optional(bool, true) }))
}
