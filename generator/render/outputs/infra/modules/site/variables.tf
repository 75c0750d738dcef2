variable "name" {
  description = "What it is."
  type        = string
}

variable "bucket" {
  description = "The bucket's name."
  type        = string
}

variable "built_here" {
  description = "Whether the pipeline builds its files, so that they may be deleted with the bucket."
  type        = bool
}

variable "single_page" {
  description = "Whether a path that is no file shows the front page."
  type        = bool
}

variable "host" {
  description = "The name that it is reached at, beside CloudFront's own."
  type        = string
  default     = null
}

variable "zone" {
  description = "The zone that the host is in."
  type        = string
  default     = null
}

variable "certificate" {
  description = "The certificate's ARN, in us-east-1."
  type        = string
  default     = null
}
