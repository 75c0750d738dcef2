# A table of DynamoDB for one app: it costs what is read and written, and keeps each of the last 35 days.

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = var.key
  range_key                   = var.sort
  deletion_protection_enabled = true

  attribute {
    name = var.key
    type = "S"
  }

  dynamic "attribute" {
    for_each = var.sort == null ? [] : [var.sort]

    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "ttl" {
    for_each = var.ttl == null ? [] : [var.ttl]

    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}
