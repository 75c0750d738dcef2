# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the app worker has for itself.

data "aws_db_instance" "worker_old" {
  db_instance_identifier = "worker-old"
}

module "app_worker" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/prod/worker"
  task_role      = "shop-prod-worker-task"
  execution_role = "shop-prod-worker-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/worker"]
  secrets        = [module.database_worker_main.secret]
  region         = var.region
  account        = "222222222222"
  partition      = "aws"
  boundary       = "arn:aws:iam::222222222222:policy/shop-prod-boundary"
  statements = [
    {
      Sid      = "PasswordMain"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = [module.database_worker_main.secret]
    },
    {
      Sid      = "PasswordOld"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = [data.aws_db_instance.worker_old.master_user_secret[0].secret_arn]
    },
    {
      Sid    = "TableJobs"
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
      Resource = ["arn:aws:dynamodb:eu-west-1:222222222222:table/shop-prod-worker-jobs"]
    },
    {
      Sid      = "IndexesJobs"
      Effect   = "Allow"
      Action   = ["dynamodb:Query", "dynamodb:Scan"]
      Resource = ["arn:aws:dynamodb:eu-west-1:222222222222:table/shop-prod-worker-jobs/index/*"]
    },
    {
      Sid      = "ListUploads"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = ["arn:aws:s3:::shop-reports"]
    },
    {
      Sid      = "ObjectsUploads"
      Effect   = "Allow"
      Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = ["arn:aws:s3:::shop-reports/*"]
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
      Resource = ["arn:aws:sqs:eu-west-1:222222222222:mail"]
    },
  ]
}

module "service_worker" {
  source = "../../modules/ecs_service"

  name               = "worker"
  cluster            = module.services.name
  family             = "shop-prod-worker"
  vpc                = module.network.vpc
  subnets            = module.network.private_subnets
  target_group       = "shop-prod-worker"
  other_target_group = "shop-prod-worker-b"
  task_role          = module.app_worker.task_role
  execution_role     = module.app_worker.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::222222222222:policy/shop-prod-boundary"
}

module "database_worker_main" {
  source = "../../modules/database"

  name           = "shop-prod-worker-main"
  vpc            = module.network.vpc
  subnets        = module.network.database_subnets
  clients        = { worker = module.service_worker.security_group }
  engine_version = "17"
  class          = "db.t4g.micro"
  storage        = 20
  multi_az       = false
  backup_days    = 7
}

module "table_worker_jobs" {
  source = "../../modules/table"

  name = "shop-prod-worker-jobs"
  indexes = {
    by-owner  = { key = "owner", attributes = ["state", "created"] }
    by-parent = { key = "parent", attributes = [] }
    by-state  = { key = "state", sort = "created" }
  }
  key = "id"
}

output "service_worker_security_group" {
  description = "The group of worker."
  value       = module.service_worker.security_group
}

output "database_worker_main_host" {
  description = "Of a database of worker."
  value       = module.database_worker_main.host
}

output "database_worker_main_secret" {
  description = "Of a database of worker."
  value       = module.database_worker_main.secret
}

output "database_worker_old_host" {
  description = "Of a database of worker."
  value       = data.aws_db_instance.worker_old.address
}

output "database_worker_old_port" {
  description = "Of a database of worker."
  value       = data.aws_db_instance.worker_old.port
}

output "database_worker_old_username" {
  description = "Of a database of worker."
  value       = data.aws_db_instance.worker_old.master_username
}

output "database_worker_old_dbname" {
  description = "Of a database of worker."
  value       = data.aws_db_instance.worker_old.db_name
}

output "database_worker_old_secret" {
  description = "Of a database of worker."
  value       = data.aws_db_instance.worker_old.master_user_secret[0].secret_arn
}
