# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The connection to the forge. A person has to confirm it once in the console: until then its status is PENDING.

resource "aws_codeconnections_connection" "this" {
  name          = var.name
  provider_type = var.provider_type
}
