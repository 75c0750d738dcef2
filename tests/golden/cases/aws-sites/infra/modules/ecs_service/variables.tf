# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The service's name in its cluster, and that of its container."
  type        = string
}

variable "cluster" {
  description = "The cluster's name."
  type        = string
}

variable "family" {
  description = "The family of its task definitions."
  type        = string
}

variable "vpc" {
  description = "The VPC."
  type        = string
}

variable "subnets" {
  description = "The private subnets that tasks stand in."
  type        = list(string)
}

variable "port" {
  description = "The port that it listens on."
  type        = number
  default     = null
}

variable "clients" {
  description = "The security groups that reach it, by who has them."
  type        = map(string)
  default     = {}
}

variable "discovered" {
  description = "Whether others find it by a private name."
  type        = bool
  default     = false
}

variable "namespace" {
  description = "The id of the private domain."
  type        = string
  default     = null
}

variable "exec" {
  description = "Whether a shell in a task may be opened."
  type        = bool
  default     = false
}

variable "blue_green" {
  description = "Whether old and new tasks stand side by side while requests move over."
  type        = bool
  default     = false
}

variable "target_group" {
  description = "The target group's name."
  type        = string
}

variable "other_target_group" {
  description = "The name of the second target group."
  type        = string
}

variable "listener" {
  description = "The listener whose requests come here."
  type        = string
  default     = null
}

variable "priority" {
  description = "The place of its rule among those of the listener."
  type        = number
  default     = null
}

variable "hosts" {
  description = "The hosts whose requests come here."
  type        = list(string)
  default     = []
}

variable "paths" {
  description = "The paths whose requests come here."
  type        = list(string)
  default     = []
}

variable "health" {
  description = "The path that tells whether a task is healthy."
  type        = string
  default     = "/"
}

variable "task_role" {
  description = "The ARN of the app's own role."
  type        = string
}

variable "execution_role" {
  description = "The ARN of the role that starts tasks."
  type        = string
}

variable "scaling" {
  description = "How many tasks there are, where load decides, and at which use of processors and memory, in percent."
  type        = object({ least = number, most = number, cpu = optional(number), memory = optional(number) })
  default     = null
}

variable "partition" {
  description = "The partition of ARNs."
  type        = string
}

variable "boundary" {
  description = "The policy that bounds its roles."
  type        = string
}
