# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the app web has for itself.

module "app_web" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/staging/web"
  task_role      = "shop-staging-web-task"
  execution_role = "shop-staging-web-execution"
  repositories   = ["arn:aws:ecr:eu-west-1:111111111111:repository/shop/web"]
  secrets        = []
  region         = var.region
  account        = "111111111111"
  partition      = "aws"
  boundary       = "arn:aws:iam::111111111111:policy/shop-staging-boundary"
}

module "service_web" {
  source = "../../modules/ecs_service"

  name               = "web"
  cluster            = module.services.name
  family             = "shop-staging-web"
  vpc                = module.network.vpc
  subnets            = module.network.private_subnets
  target_group       = "shop-staging-web"
  other_target_group = "shop-staging-web-b"
  task_role          = module.app_web.task_role
  execution_role     = module.app_web.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::111111111111:policy/shop-staging-boundary"
  discovered         = true
  namespace          = module.services.namespace
  port               = 8080
  clients            = {}
}

output "service_web_security_group" {
  description = "The group of web."
  value       = module.service_web.security_group
}
