variable "name" {
  description = "The repository's name."
  type        = string
}

variable "branch" {
  description = "Its default branch."
  type        = string
}
