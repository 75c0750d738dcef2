variable "name" {
  description = "The schedule's name in its group, and that of its container."
  type        = string
}

variable "group" {
  description = "The group of schedules."
  type        = string
}

variable "cluster" {
  description = "The cluster that its tasks run in."
  type        = string
}

variable "family" {
  description = "The family of its task definitions."
  type        = string
}

variable "role" {
  description = "The name of the role that starts tasks."
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

variable "task_role" {
  description = "The ARN of the app's own role."
  type        = string
}

variable "execution_role" {
  description = "The ARN of the role that pulls images and reads secrets."
  type        = string
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
