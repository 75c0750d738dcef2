resource "aws_vpc" "main" {
  cidr_block = "10.30.0.0/16"
}

resource "aws_subnet" "data" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = ["eu-west-1a", "eu-west-1b"][count.index]
}

resource "aws_db_subnet_group" "main" {
  name       = "stall-prod"
  subnet_ids = aws_subnet.data[*].id
}

resource "aws_db_instance" "main" {
  identifier                  = "stall-prod-main"
  engine                      = "postgres"
  engine_version              = "17"
  instance_class              = "db.t4g.micro"
  allocated_storage           = 20
  storage_type                = "gp3"
  username                    = "stall"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.main.name
  backup_retention_period     = 7
  skip_final_snapshot         = false
  final_snapshot_identifier   = "stall-prod-main-last"
}

resource "aws_dynamodb_table" "carts" {
  name         = "stall-prod-carts"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "owner"
    type = "S"
  }
  global_secondary_index {
    name               = "by-owner"
    projection_type    = "INCLUDE"
    non_key_attributes = ["total"]
    key_schema {
      attribute_name = "owner"
      key_type       = "HASH"
    }
  }
}

resource "aws_sqs_queue" "mail" {
  name                      = "stall-prod-mail"
  message_retention_seconds = 86400
  sqs_managed_sse_enabled   = true
}

resource "aws_s3_bucket" "uploads" {
  bucket = "stall-prod-uploads"
}

resource "aws_ecr_repository" "web" {
  name                 = "stall/web"
  image_tag_mutability = "IMMUTABLE"
}

resource "aws_kms_key" "alarms" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:root" }
        # Reason: a key that no administrator may change is lost.
        Action = "kms:*"
        # Reason: in a key's policy this is the key itself.
        Resource = "*"
      },
      {
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        # Reason: in a key's policy this is the key itself.
        Resource = "*"
      },
    ]
  })
}

resource "aws_sns_topic" "alarms" {
  name              = "stall-prod-alarms"
  kms_master_key_id = aws_kms_key.alarms.arn
}

resource "aws_cloudwatch_metric_alarm" "storage" {
  alarm_name          = "stall-prod-storage"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.main.identifier }
  statistic           = "Average"
  comparison_operator = "LessThanThreshold"
  threshold           = 2147483648
  period              = 300
  evaluation_periods  = 3
  alarm_actions       = [aws_sns_topic.alarms.arn]
}
