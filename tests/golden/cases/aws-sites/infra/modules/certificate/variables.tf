# Generated from generator.yaml. Edit it as you like: your changes are kept.
variable "zone" {
  description = "The zone that proves whose the hosts are."
  type        = string
}

variable "hosts" {
  description = "The hosts, of which the first is the certificate's name."
  type        = list(string)
}
