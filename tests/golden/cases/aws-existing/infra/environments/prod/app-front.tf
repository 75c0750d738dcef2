# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What the app front has for itself.

module "app_front" {
  source = "../../modules/ecs_app"

  log_group      = "/shop/prod/front"
  task_role      = "shop-prod-front-task"
  execution_role = "shop-prod-front-execution"
  repositories = [
    "arn:aws:ecr:eu-west-1:111111111111:repository/shop/front",
    "arn:aws:ecr:eu-west-1:111111111111:repository/docker.io/library/nginx",
  ]
  secrets   = []
  cached    = ["arn:aws:ecr:eu-west-1:111111111111:repository/docker.io/library/nginx"]
  region    = var.region
  account   = "111111111111"
  partition = "aws"
  boundary  = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
}

module "service_front" {
  source = "../../modules/ecs_service"

  name               = "front"
  cluster            = module.services.name
  family             = "shop-prod-front"
  vpc                = "vpc-0a1b2c3d4e5f60718"
  subnets            = ["subnet-0a1b2c3d4e5f60721", "subnet-0a1b2c3d4e5f60722"]
  target_group       = "shop-prod-front"
  other_target_group = "shop-prod-front-b"
  task_role          = module.app_front.task_role
  execution_role     = module.app_front.execution_role
  partition          = "aws"
  boundary           = "arn:aws:iam::111111111111:policy/shop-prod-boundary"
  discovered         = true
  namespace          = module.services.namespace
  port               = 8080
  clients            = { load-balancer = module.load_balancer.security_group }
  listener           = module.load_balancer.listener
  priority           = 23040
  health             = "/"
  hosts              = ["www.example.com"]
  paths              = []
}

output "service_front_security_group" {
  description = "The group of front."
  value       = module.service_front.security_group
}
