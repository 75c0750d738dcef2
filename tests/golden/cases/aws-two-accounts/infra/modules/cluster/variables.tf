# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The cluster's name."
  type        = string
}

variable "kubernetes" {
  description = "The version of Kubernetes."
  type        = string
}

variable "compute" {
  description = "What pods run on: auto, nodes or fargate."
  type        = string
}

variable "subnets" {
  description = "The subnets of the control plane and of pods."
  type        = list(string)
}

variable "admins" {
  description = "The roles and users who administer the cluster."
  type        = list(string)
  default     = []
}

variable "public_access" {
  description = "The addresses that reach the API server from outside of the VPC."
  type        = list(string)
  default     = []
}

variable "protected" {
  description = "Whether the cluster is kept from being deleted."
  type        = bool
}

variable "retention" {
  description = "For how many days logs are kept."
  type        = number
  default     = 90
}

variable "partition" {
  description = "The partition of ARNs."
  type        = string
}

variable "boundary" {
  description = "The policy that bounds its roles."
  type        = string
}

variable "watched" {
  description = "Whether CloudWatch's agent measures nodes and pods, and keeps the logs of pods."
  type        = bool
  default     = false
}
