# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "project" {
  description = "The project, which the roles of its environments begin with."
  type        = string
}

variable "bucket" {
  description = "The bucket's name, and that of the table for locks."
  type        = string
}

variable "lock_table" {
  description = "Whether there is a table for locks."
  type        = bool
}

variable "partition" {
  description = "The partition of ARNs."
  type        = string
}

variable "other_accounts" {
  description = "The environments that are in other accounts, with these."
  type        = map(string)
}
