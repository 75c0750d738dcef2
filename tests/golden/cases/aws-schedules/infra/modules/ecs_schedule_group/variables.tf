# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The group's name."
  type        = string
}
