# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "zone" {
  description = "The zone's name."
  type        = string
}
