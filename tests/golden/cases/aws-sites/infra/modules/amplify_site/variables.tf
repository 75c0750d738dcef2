# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The app's name in Amplify."
  type        = string
}

variable "branch" {
  description = "The branch that is published to."
  type        = string
}

variable "single_page" {
  description = "Whether a path that is no file shows the front page."
  type        = bool
}

variable "host" {
  description = "The name that it is reached at, beside Amplify's own."
  type        = string
  default     = null
}

variable "zone" {
  description = "The zone that the host is in."
  type        = string
  default     = null
}
