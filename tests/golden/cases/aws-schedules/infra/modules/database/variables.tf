# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The database's identifier."
  type        = string
}

variable "vpc" {
  description = "The VPC."
  type        = string
}

variable "subnets" {
  description = "The subnets that it stands in."
  type        = list(string)
}

variable "clients" {
  description = "The security groups that reach it, by who has them."
  type        = map(string)
}

variable "engine_version" {
  description = "The version of PostgreSQL."
  type        = string
}

variable "class" {
  description = "The class of the instance."
  type        = string
}

variable "storage" {
  description = "The size of its storage to begin with, in GiB."
  type        = number
}

variable "multi_az" {
  description = "Whether a second instance stands by in another zone."
  type        = bool
}

variable "backup_days" {
  description = "For how many days backups are kept."
  type        = number
}

variable "rotation" {
  description = "After how many days AWS changes the password; AWS' own seven where it is not given."
  type        = number
  default     = null
}

variable "retention" {
  description = "For how many days logs are kept."
  type        = number
  default     = 90
}
