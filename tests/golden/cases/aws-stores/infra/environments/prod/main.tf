# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What prod has for itself.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["222222222222"]

  default_tags {
    tags = { project = "shop", environment = "prod", managed-by = "terraform" }
  }
}

data "aws_db_instance" "web_audit" {
  db_instance_identifier = "audit"
}

data "aws_db_instance" "worker_old" {
  db_instance_identifier = "worker-old"
}

module "network" {
  source = "../../modules/network"

  name   = "shop-prod"
  region = var.region
  cidr   = "10.0.0.0/16"
  zones  = 2
  nat    = "single"
}

module "cluster" {
  source = "../../modules/cluster"

  name          = "shop-prod"
  kubernetes    = "1.36"
  compute       = "auto"
  subnets       = module.network.private_subnets
  admins        = []
  public_access = []
  protected     = true
  partition     = "aws"
  boundary      = "arn:aws:iam::222222222222:policy/shop-prod-boundary"
}

module "services" {
  source = "../../modules/ecs_cluster"

  name      = "shop-prod"
  namespace = "prod.shop.local"
  vpc       = module.network.vpc
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
  key  = "id"
}
