# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the app web has for itself.

module "database_web_main" {
  source = "../../modules/database"

  name           = "shop-dev-web-main"
  vpc            = module.network.vpc
  subnets        = module.network.database_subnets
  clients        = { pods = module.cluster.security_group }
  engine_version = "18"
  class          = "db.t4g.micro"
  storage        = 50
  multi_az       = false
  backup_days    = 7
  rotation       = 30
}

module "table_web_carts" {
  source = "../../modules/table"

  name = "shop-dev-web-carts"
  key  = "id"
  sort = "created"
  ttl  = "expires"
}

module "bucket_web_uploads" {
  source = "../../modules/bucket"

  name = "shop-dev-web-uploads-111111111111"
}

module "queue_web_mail" {
  source = "../../modules/queue"

  name       = "shop-dev-web-mail"
  visibility = 60
  attempts   = 3
}

module "role_web" {
  source = "../../modules/app_role"

  name            = "shop-dev-web-pods"
  account         = "111111111111"
  boundary        = "arn:aws:iam::111111111111:policy/shop-dev-boundary"
  cluster         = module.cluster.name
  namespace       = "shop-dev"
  service_account = "web"
  statements = [
    {
      Sid      = "PasswordMain"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = [module.database_web_main.secret]
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
      Resource = ["arn:aws:dynamodb:eu-west-1:111111111111:table/shop-dev-web-carts"]
    },
    {
      Sid      = "ListUploads"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = ["arn:aws:s3:::shop-dev-web-uploads-111111111111"]
    },
    {
      Sid      = "ObjectsUploads"
      Effect   = "Allow"
      Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = ["arn:aws:s3:::shop-dev-web-uploads-111111111111/*"]
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
      Resource = ["arn:aws:sqs:eu-west-1:111111111111:shop-dev-web-mail"]
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
