# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "repositories" {
  description = "The names of the repositories."
  type        = list(string)
}

variable "mutable" {
  description = "Patterns of the tags that may be replaced."
  type        = list(string)
  default     = ["buildcache*", "sha256-*"]
}

variable "keep" {
  description = "How many images each repository keeps."
  type        = number
  default     = 200
}

variable "readers" {
  description = "Other accounts that may pull."
  type        = list(string)
  default     = []
}

variable "upstreams" {
  description = "Registries that are cached, by the prefix that their images get here; with the secret to sign in with."
  type        = map(object({ url = string, secret = optional(string) }))
  default     = {}
}

variable "partition" {
  description = "The partition of ARNs."
  type        = string
  default     = "aws"
}
