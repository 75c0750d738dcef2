# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The repository's name."
  type        = string
}

variable "branch" {
  description = "Its default branch."
  type        = string
}
