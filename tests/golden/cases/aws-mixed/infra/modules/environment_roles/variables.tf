# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "project" {
  description = "The project."
  type        = string
}

variable "environment" {
  description = "The environment whose roles these are."
  type        = string
}

variable "account" {
  description = "The environment's account."
  type        = string
}

variable "region" {
  description = "The environment's region."
  type        = string
}

variable "partition" {
  description = "The partition of ARNs."
  type        = string
}

variable "state_bucket" {
  description = "The bucket with the environment's state."
  type        = string
}

variable "lock_table" {
  description = "The ARN of the table for locks, where there is one."
  type        = string
  default     = null
}

variable "github" {
  description = "GitHub's identity provider, and the subjects of workflows that may take each role."
  type        = object({ provider = string, subjects = map(list(string)) })
  default     = null
}

variable "trusted_account" {
  description = "The account of the pipeline's roles."
  type        = string
}

variable "trusted" {
  description = "The pipeline's roles that may take each role."
  type        = map(list(string))
  default     = {}
}

variable "sites" {
  description = "The kinds of static front ends that the environment has: `cloudfront`, `amplify`."
  type        = list(string)
  default     = []
}
