# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The budget's name."
  type        = string
}

variable "environment" {
  description = "The environment whose costs are counted."
  type        = string
}

variable "monthly" {
  description = "The limit of a month, in dollars."
  type        = number
}

variable "mail" {
  description = "Who is told."
  type        = list(string)
}
