# The group of an environment's schedules: by it, policies name them, and metrics count their runs that were dropped.

resource "aws_scheduler_schedule_group" "this" {
  name = var.name
}
