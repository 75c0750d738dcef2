variable "zone" {
  description = "The zone's name."
  type        = string
}
