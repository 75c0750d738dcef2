variable "name" {
  description = "The group's name."
  type        = string
}
