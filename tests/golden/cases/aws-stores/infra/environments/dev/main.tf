# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What dev has for itself.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = { project = "shop", environment = "dev", managed-by = "terraform" }
  }
}

data "aws_db_instance" "worker_old" {
  db_instance_identifier = "worker-old"
}

module "network" {
  source = "../../modules/network"

  name   = "shop-dev"
  region = var.region
  cidr   = "10.0.0.0/16"
  zones  = 2
  nat    = "single"
}

module "cluster" {
  source = "../../modules/cluster"

  name          = "shop-dev"
  kubernetes    = "1.36"
  compute       = "auto"
  subnets       = module.network.private_subnets
  admins        = []
  public_access = []
  protected     = true
  partition     = "aws"
  boundary      = "arn:aws:iam::111111111111:policy/shop-dev-boundary"
}

module "services" {
  source = "../../modules/ecs_cluster"

  name      = "shop-dev"
  namespace = "dev.shop.local"
  vpc       = module.network.vpc
}

module "app_worker" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/dev/worker"
  task_role      = "shop-dev-worker-task"
  execution_role = "shop-dev-worker-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/worker"]
  secrets        = [module.database_worker_main.secret]
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-dev-boundary"
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
      Resource = ["arn:aws:dynamodb:eu-west-1:111111111111:table/shop-dev-worker-jobs"]
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
      Resource = ["arn:aws:sqs:eu-west-1:111111111111:mail"]
    },
  ]
}

module "service_worker" {
  source = "../../modules/ecs_service"

  name               = "worker"
  cluster            = module.services.name
  family             = "shop-dev-worker"
  vpc                = module.network.vpc
  subnets            = module.network.private_subnets
  target_group       = "shop-dev-worker"
  other_target_group = "shop-dev-worker-b"
  task_role          = module.app_worker.task_role
  execution_role     = module.app_worker.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::111111111111:policy/shop-dev-boundary"
}

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

module "database_worker_main" {
  source = "../../modules/database"

  name           = "shop-dev-worker-main"
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

  name = "shop-dev-worker-jobs"
  key  = "id"
}
