# A PostgreSQL of RDS for one app: its password is AWS' own and changes by itself, and it is reached by those groups
# alone that are named.

locals {
  exports = ["postgresql", "upgrade"]
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "The database ${var.name}"
  vpc_id      = var.vpc

  tags = { Name = "${var.name}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "app" {
  for_each = var.clients

  security_group_id            = aws_security_group.this.id
  description                  = "PostgreSQL from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnets
}

resource "aws_db_parameter_group" "this" {
  name   = var.name
  family = "postgres${split(".", var.engine_version)[0]}"

  # No connection without TLS.
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Made before the database, which would make ones that keep their lines for ever.
resource "aws_cloudwatch_log_group" "exports" {
  for_each = toset(local.exports)

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = var.retention
}

resource "aws_db_instance" "this" {
  identifier                   = var.name
  engine                       = "postgres"
  engine_version               = var.engine_version
  instance_class               = var.class
  allocated_storage            = var.storage
  max_allocated_storage        = var.storage * 4
  storage_type                 = "gp3"
  storage_encrypted            = true
  db_name                      = "app"
  username                     = "app"
  manage_master_user_password  = true
  multi_az                     = var.multi_az
  db_subnet_group_name         = aws_db_subnet_group.this.name
  parameter_group_name         = aws_db_parameter_group.this.name
  vpc_security_group_ids       = [aws_security_group.this.id]
  publicly_accessible          = false
  backup_retention_period      = var.backup_days
  copy_tags_to_snapshot        = true
  auto_minor_version_upgrade   = true
  performance_insights_enabled = true
  deletion_protection          = true
  skip_final_snapshot          = false
  final_snapshot_identifier    = "${var.name}-last"

  enabled_cloudwatch_logs_exports     = local.exports
  iam_database_authentication_enabled = true

  lifecycle {
    prevent_destroy = true
    # RDS sets the minor version, as it is allowed to.
    ignore_changes = [engine_version]
  }

  depends_on = [aws_cloudwatch_log_group.exports]
}

resource "aws_secretsmanager_secret_rotation" "password" {
  count = var.rotation == null ? 0 : 1

  secret_id          = aws_db_instance.this.master_user_secret[0].secret_arn
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = var.rotation
  }
}
