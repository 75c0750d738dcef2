# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the app api has for itself.

module "app_api" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/prod/api"
  task_role      = "shop-prod-api-task"
  execution_role = "shop-prod-api-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/api"]
  secrets        = []
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
}

module "service_api" {
  source = "../../modules/ecs_service"

  name               = "api"
  cluster            = module.services.name
  family             = "shop-prod-api"
  vpc                = module.network.vpc
  subnets            = module.network.private_subnets
  target_group       = "shop-prod-api"
  other_target_group = "shop-prod-api-b"
  task_role          = module.app_api.task_role
  execution_role     = module.app_api.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
  discovered         = true
  namespace          = module.services.namespace
  port               = 9000
  clients            = { web = module.service_web.security_group }
}

output "service_api_security_group" {
  description = "The group of api."
  value       = module.service_api.security_group
}
