variable "name" {
  description = "What it is."
  type        = string
}

variable "bucket" {
  description = "The bucket's name."
  type        = string
}
