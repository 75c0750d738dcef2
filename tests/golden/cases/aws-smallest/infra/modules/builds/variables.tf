# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The project's name."
  type        = string
}

variable "arch" {
  description = "The processor of builds: arm64 or x86."
  type        = string
}

variable "size" {
  description = "The size of a build's machine."
  type        = string
  default     = "BUILD_GENERAL1_SMALL"
}

variable "source_type" {
  description = "The kind of forge."
  type        = string
}

variable "location" {
  description = "The repository's URL."
  type        = string
}

variable "branch" {
  description = "The branch whose commits are built."
  type        = string
}

variable "paths" {
  description = "The folders whose changes start a build."
  type        = list(string)
}

variable "connection" {
  description = "The ARN of the connection to the forge."
  type        = string
  default     = null
}

variable "codecommit" {
  description = "The ARN of the repository, where it is in CodeCommit."
  type        = string
  default     = null
}

variable "repositories" {
  description = "The ARNs of the repositories that images are pushed to."
  type        = list(string)
}

variable "secrets" {
  description = "The ARNs of the secrets that builds read."
  type        = list(string)
  default     = []
}

variable "region" {
  description = "The region."
  type        = string
}

variable "account" {
  description = "The account."
  type        = string
}

variable "partition" {
  description = "The partition of ARNs."
  type        = string
}

variable "caches" {
  description = "The repositories with images of other registries, as patterns."
  type        = list(string)
  default     = []
}
