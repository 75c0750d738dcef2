# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "cluster" {
  description = "The cluster that the machines are of."
  type        = string
}

variable "subnets" {
  description = "The subnets that they stand in."
  type        = list(string)
}

variable "ami_type" {
  description = "The kind of their image."
  type        = string
}

variable "instance_types" {
  description = "The types of instances, of which any may be taken."
  type        = list(string)
}

variable "least" {
  description = "The least number of machines."
  type        = number
}

variable "most" {
  description = "The greatest number of machines."
  type        = number
}

variable "disk" {
  description = "The size of a machine's disk, in GiB."
  type        = number
}

variable "partition" {
  description = "The partition of ARNs."
  type        = string
}

variable "boundary" {
  description = "The policy that bounds its role."
  type        = string
}
