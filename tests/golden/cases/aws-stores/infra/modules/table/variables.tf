# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "name" {
  description = "The table's name."
  type        = string
}

variable "key" {
  description = "The attribute that tells items apart."
  type        = string
}

variable "sort" {
  description = "The attribute by which those of one key are sorted."
  type        = string
  default     = null
}

variable "ttl" {
  description = "The attribute with the time after which an item goes."
  type        = string
  default     = null
}

variable "indexes" {
  description = "Global secondary indexes by name: their keys, and the further attributes that they hold; all if left out."
  type = map(object({
    key        = string
    sort       = optional(string)
    attributes = optional(list(string))
  }))
  default = {}
}
