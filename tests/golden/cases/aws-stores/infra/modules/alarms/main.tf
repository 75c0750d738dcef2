# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Who is told of an environment, and of what. Each address has to confirm once that it wants the mails.

# A key of its own: AWS' key for SNS has a policy that nobody can edit, and it does not let alarms publish.
resource "aws_kms_key" "this" {
  description             = "Messages about alarms of ${var.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountDecidesByPolicies"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account}:root" }
        # Reason: a key that no administrator may change is lost.
        Action = "kms:*"
        # Reason: in a key's policy this is the key itself.
        Resource = "*"
      },
      {
        Sid       = "AlarmsPublish"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        # Reason: in a key's policy this is the key itself.
        Resource = "*"
      },
    ]
  })
}

resource "aws_sns_topic" "this" {
  name              = "${var.name}-alarms"
  kms_master_key_id = aws_kms_key.this.arn
}

resource "aws_sns_topic_subscription" "mail" {
  for_each = toset(var.mail)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.about
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.below ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = each.value.lasting ? 3 : 1
  datapoints_to_alarm = each.value.lasting ? 2 : 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for index, key in sort(keys(var.alarms)) : {
      type   = "metric"
      x      = (index % 2) * 12
      y      = floor(index / 2) * 6
      width  = 12
      height = 6
      properties = {
        title  = var.alarms[key].about
        region = var.region
        period = 300
        stat   = var.alarms[key].statistic
        metrics = [concat([var.alarms[key].namespace, var.alarms[key].metric],
        flatten([for name, value in var.alarms[key].dimensions : [name, value]]))]
      }
    }]
  })
}
