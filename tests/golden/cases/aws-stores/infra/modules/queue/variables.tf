# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The queue's name."
  type        = string
}

variable "visibility" {
  description = "For how many seconds a message is hidden while it is handled."
  type        = number
}

variable "attempts" {
  description = "How often a message is tried before it is put aside."
  type        = number
}
