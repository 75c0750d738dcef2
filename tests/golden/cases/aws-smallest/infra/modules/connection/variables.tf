# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The connection's name."
  type        = string
}

variable "provider_type" {
  description = "The kind of forge."
  type        = string
}
