# Generated from generator.yaml. Edit it as you like: your changes are kept.
resource "aws_sns_topic" "approvals" {
  for_each = var.approvals

  name              = "${var.name}-${each.key}-approvals"
  kms_master_key_id = aws_kms_key.artifacts.arn
}

# Each address has to confirm its subscription once, by the message that it gets.
resource "aws_sns_topic_subscription" "approver" {
  for_each = {
    for pair in flatten([
      for environment, emails in var.approvals : [for email in emails : { environment = environment, email = email }]
    ]) : "${pair.environment} ${pair.email}" => pair
  }

  topic_arn = aws_sns_topic.approvals[each.value.environment].arn
  protocol  = "email"
  endpoint  = each.value.email
}
