# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the app web has for itself.

module "app_web" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/prod/web"
  task_role      = "shop-prod-web-task"
  execution_role = "shop-prod-web-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/web"]
  secrets        = []
  region         = var.region
  account        = "222222222222"
  partition      = "aws"
  boundary       = "arn:aws:iam::222222222222:policy/shop-prod-boundary"
}

module "service_web" {
  source = "../../modules/ecs_service"

  name               = "web"
  cluster            = module.services.name
  family             = "shop-prod-web"
  vpc                = module.network.vpc
  subnets            = module.network.private_subnets
  target_group       = "shop-prod-web"
  other_target_group = "shop-prod-web-b"
  task_role          = module.app_web.task_role
  execution_role     = module.app_web.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::222222222222:policy/shop-prod-boundary"
  discovered         = true
  namespace          = module.services.namespace
  port               = 8080
  clients            = {}
}

output "service_web_security_group" {
  description = "The group of web."
  value       = module.service_web.security_group
}
