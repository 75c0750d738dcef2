# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The group of an environment's schedules: by it, policies name them, and metrics count their runs that were dropped.

resource "aws_scheduler_schedule_group" "this" {
  name = var.name
}
