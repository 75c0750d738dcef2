# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the app web has for itself.

data "aws_db_instance" "web_audit" {
  db_instance_identifier = "audit"
}

module "database_web_main" {
  source = "../../modules/database"

  name           = "shop-prod-web-main"
  vpc            = module.network.vpc
  subnets        = module.network.database_subnets
  clients        = { pods = module.cluster.security_group }
  engine_version = "18"
  class          = "db.m7g.large"
  storage        = 50
  multi_az       = true
  backup_days    = 35
  rotation       = 30
}

module "bucket_web_uploads" {
  source = "../../modules/bucket"

  name = "shop-prod-web-uploads-222222222222"
}

module "queue_web_mail" {
  source = "../../modules/queue"

  name       = "shop-prod-web-mail"
  visibility = 60
  attempts   = 3
}

module "role_web" {
  source = "../../modules/app_role"

  name            = "shop-prod-web-pods"
  account         = "222222222222"
  boundary        = "arn:aws:iam::222222222222:policy/shop-prod-boundary"
  cluster         = module.cluster.name
  namespace       = "shop-prod"
  service_account = "web"
  statements = [
    {
      Sid      = "PasswordMain"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = [module.database_web_main.secret]
    },
    {
      Sid      = "PasswordAudit"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = [data.aws_db_instance.web_audit.master_user_secret[0].secret_arn]
    },
    {
      Sid    = "TableCarts"
      Effect = "Allow"
      Action = [
        "dynamodb:BatchGetItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:DescribeTable",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:UpdateItem",
      ]
      Resource = ["arn:aws:dynamodb:eu-west-1:222222222222:table/carts-of-old"]
    },
    {
      Sid      = "IndexesCarts"
      Effect   = "Allow"
      Action   = ["dynamodb:Query", "dynamodb:Scan"]
      Resource = ["arn:aws:dynamodb:eu-west-1:222222222222:table/carts-of-old/index/*"]
    },
    {
      Sid      = "ListUploads"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = ["arn:aws:s3:::shop-prod-web-uploads-222222222222"]
    },
    {
      Sid      = "ObjectsUploads"
      Effect   = "Allow"
      Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = ["arn:aws:s3:::shop-prod-web-uploads-222222222222/*"]
    },
    {
      Sid    = "QueueMail"
      Effect = "Allow"
      Action = [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
      ]
      Resource = ["arn:aws:sqs:eu-west-1:222222222222:shop-prod-web-mail"]
    },
  ]
}

output "database_web_main_host" {
  description = "Of a database of web."
  value       = module.database_web_main.host
}

output "database_web_main_secret" {
  description = "Of a database of web."
  value       = module.database_web_main.secret
}

output "database_web_audit_host" {
  description = "Of a database of web."
  value       = data.aws_db_instance.web_audit.address
}

output "database_web_audit_port" {
  description = "Of a database of web."
  value       = data.aws_db_instance.web_audit.port
}

output "database_web_audit_username" {
  description = "Of a database of web."
  value       = data.aws_db_instance.web_audit.master_username
}

output "database_web_audit_dbname" {
  description = "Of a database of web."
  value       = data.aws_db_instance.web_audit.db_name
}

output "database_web_audit_secret" {
  description = "Of a database of web."
  value       = data.aws_db_instance.web_audit.master_user_secret[0].secret_arn
}
