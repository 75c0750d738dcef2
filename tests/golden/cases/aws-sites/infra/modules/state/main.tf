# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Where Terraform keeps its states: encrypted, every version kept, and never public. It is made with a local state,
# which is then moved into it.

resource "aws_s3_bucket" "this" {
  bucket = var.bucket

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "former-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = 180
      newer_noncurrent_versions = 20
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([local.encrypted_connections], local.readers)
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

locals {
  encrypted_connections = {
    Sid       = "RefuseUnencryptedConnections"
    Effect    = "Deny"
    Principal = "*"
    # Reason: it refuses, so that it has to name every action.
    Action    = "s3:*"
    Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }

  # Roles of other accounts, each of which reaches the state of its own environment and no other.
  readers = flatten([for environment, account in var.other_accounts : [
    {
      Sid       = "State${replace(title(replace(environment, "-", " ")), " ", "")}"
      Effect    = "Allow"
      Principal = { AWS = "arn:${var.partition}:iam::${account}:root" }
      Action    = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource  = "${aws_s3_bucket.this.arn}/environments/${environment}/*"
      Condition = { ArnLike = { "aws:PrincipalArn" = "arn:${var.partition}:iam::${account}:role/${var.project}-${environment}-*" } }
    },
    {
      Sid       = "List${replace(title(replace(environment, "-", " ")), " ", "")}"
      Effect    = "Allow"
      Principal = { AWS = "arn:${var.partition}:iam::${account}:root" }
      Action    = "s3:ListBucket"
      Resource  = aws_s3_bucket.this.arn
      Condition = { StringLike = { "s3:prefix" = ["environments/${environment}/*", "env:/"] } }
    },
  ]])
}

# For those who lock with DynamoDB, which Terraform has deprecated since S3 locks by itself.
resource "aws_dynamodb_table" "lock" {
  count = var.lock_table ? 1 : 0

  name                        = var.bucket
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "LockID"
  deletion_protection_enabled = true

  attribute {
    name = "LockID"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}
