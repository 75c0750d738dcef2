# Generated from generator.yaml. Edit it as you like: your changes are kept.
# A table of DynamoDB for one app: it costs what is read and written, and keeps each of the last 35 days.

locals {
  # The attributes of all keys, of the table and of its indexes.
  keys = toset(compact(flatten([var.key, var.sort, [for one in var.indexes : [one.key, one.sort]]])))
}

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = var.key
  range_key                   = var.sort
  deletion_protection_enabled = true

  dynamic "attribute" {
    for_each = local.keys

    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = var.indexes

    content {
      name               = global_secondary_index.key
      projection_type    = global_secondary_index.value.attributes == null ? "ALL" : length(global_secondary_index.value.attributes) == 0 ? "KEYS_ONLY" : "INCLUDE"
      non_key_attributes = try(length(global_secondary_index.value.attributes), 0) == 0 ? null : global_secondary_index.value.attributes

      key_schema {
        attribute_name = global_secondary_index.value.key
        key_type       = "HASH"
      }

      dynamic "key_schema" {
        for_each = compact([global_secondary_index.value.sort])

        content {
          attribute_name = key_schema.value
          key_type       = "RANGE"
        }
      }
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
