# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "log_group" {
  description = "The log group of its tasks."
  type        = string
}

variable "retention" {
  description = "For how many days logs are kept."
  type        = number
  default     = 90
}

variable "task_role" {
  description = "The name of the app's own role."
  type        = string
}

variable "execution_role" {
  description = "The name of the role that starts tasks."
  type        = string
}

variable "statements" {
  description = "What the app may do."
  type        = any
  default     = []
}

variable "exec" {
  description = "Whether a shell in a task may be opened."
  type        = bool
  default     = false
}

variable "repositories" {
  description = "The ARNs of the repositories that its images are in."
  type        = list(string)
  default     = []
}

variable "secrets" {
  description = "The ARNs of the secrets that it is started with."
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

variable "boundary" {
  description = "The policy that bounds its roles."
  type        = string
}

variable "cached" {
  description = "Those of the repositories whose images come from other registries."
  type        = list(string)
  default     = []
}
