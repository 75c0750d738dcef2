# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What all environments share: images, the zone, and what builds.

provider "aws" {
  region              = var.region
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = { project = "shop", managed-by = "terraform" }
  }
}

module "registry" {
  source = "../modules/registry"

  repositories = ["shop/web", "shop/web-cache"]
  partition    = "aws"
  readers      = ["222222222222"]
  upstreams    = { "public.ecr.aws" = { url = "public.ecr.aws" } }
}

module "repository" {
  source = "../modules/repository"

  name   = "shop"
  branch = "main"
}

# One image through all environments: the stages follow from `environments` and `ci.codepipeline`.
module "pipeline" {
  source = "../modules/pipeline"

  name        = "shop-delivery"
  branch      = "main"
  source_from = "codecommit"
  repository  = "shop"
  ignored     = []
  registries = [
    "arn:aws:ecr:eu-west-1:111111111111:repository/shop/web",
    "arn:aws:ecr:eu-west-1:111111111111:repository/shop/web-cache",
  ]
  caches  = ["arn:aws:ecr:eu-west-1:111111111111:repository/public.ecr.aws/*"]
  secrets = ["arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/git-??????"]
  approvals = {
    staging = ["ops@example.com", "lead@example.com"]
    prod    = ["ops@example.com", "lead@example.com"]
  }
  projects = {
    test = {
      job         = "test"
      environment = ""
      role        = ""
      privileged  = false
      minutes     = 60
    }
    build = {
      job         = "build"
      environment = ""
      role        = ""
      privileged  = true
      minutes     = 60
    }
    staging-plan = {
      job         = "plan"
      environment = "staging"
      role        = "arn:aws:iam::111111111111:role/shop-staging-plan"
      privileged  = false
      minutes     = 30
    }
    staging-apply = {
      job         = "apply"
      environment = "staging"
      role        = "arn:aws:iam::111111111111:role/shop-staging-apply"
      privileged  = false
      minutes     = 120
    }
    staging-promote = {
      job         = "promote"
      environment = "staging"
      role        = ""
      privileged  = false
      minutes     = 60
    }
    staging-deploy = {
      job         = "deploy"
      environment = "staging"
      role        = "arn:aws:iam::111111111111:role/shop-staging-deploy"
      privileged  = false
      minutes     = 60
    }
    staging-verify = {
      job         = "verify"
      environment = "staging"
      role        = "arn:aws:iam::111111111111:role/shop-staging-deploy"
      privileged  = false
      minutes     = 60
    }
    prod-plan = {
      job         = "plan"
      environment = "prod"
      role        = "arn:aws:iam::222222222222:role/shop-prod-plan"
      privileged  = false
      minutes     = 30
    }
    prod-apply = {
      job         = "apply"
      environment = "prod"
      role        = "arn:aws:iam::222222222222:role/shop-prod-apply"
      privileged  = false
      minutes     = 120
    }
    prod-promote = {
      job         = "promote"
      environment = "prod"
      role        = ""
      privileged  = false
      minutes     = 60
    }
    prod-deploy = {
      job         = "deploy"
      environment = "prod"
      role        = "arn:aws:iam::222222222222:role/shop-prod-deploy"
      privileged  = false
      minutes     = 60
    }
  }
  stages = [
    { name = "test", actions = [{ name = "test", project = "test" }] },
    {
      name    = "build"
      actions = [{ name = "build", project = "build", namespace = "Build" }]
    },
    {
      name = "staging-plan"
      actions = [{
        name      = "plan"
        project   = "staging-plan"
        variables = { ENVIRONMENT = "staging" }
        namespace = "Plan_staging"
        outputs   = ["plan_staging"]
      }]
    },
    {
      name         = "staging-apply"
      skip_if_zero = "Plan_staging.CHANGES"
      actions = [
        {
          name = "approve"
          approval = {
            environment = "staging"
            minutes     = 10080
            message     = "shop: change the infrastructure of staging: #{Plan_staging.SUMMARY}. The plan is in the log of staging-plan."
          }
        },
        {
          name      = "apply"
          project   = "staging-apply"
          variables = { ENVIRONMENT = "staging" }
          inputs    = ["plan_staging"]
        },
      ]
    },
    {
      name         = "staging"
      skip_if_zero = "Build.BUILT"
      actions = [
        {
          name    = "promote"
          project = "staging-promote"
          variables = {
            ENVIRONMENT = "staging"
            TAG         = "#{Build.TAG}"
            APPS        = "#{Build.APPS}"
            EXECUTION   = "#{codepipeline.PipelineExecutionId}"
          }
        },
        {
          name    = "deploy"
          project = "staging-deploy"
          variables = {
            ENVIRONMENT = "staging"
            TAG         = "#{Build.TAG}"
            APPS        = "#{Build.APPS}"
            EXECUTION   = "#{codepipeline.PipelineExecutionId}"
          }
        },
        {
          name    = "verify"
          project = "staging-verify"
          variables = {
            ENVIRONMENT = "staging"
            TAG         = "#{Build.TAG}"
            APPS        = "#{Build.APPS}"
            EXECUTION   = "#{codepipeline.PipelineExecutionId}"
          }
        },
      ]
    },
    {
      name = "prod-plan"
      actions = [{
        name      = "plan"
        project   = "prod-plan"
        variables = { ENVIRONMENT = "prod" }
        namespace = "Plan_prod"
        outputs   = ["plan_prod"]
      }]
    },
    {
      name         = "prod-apply"
      skip_if_zero = "Plan_prod.CHANGES"
      actions = [
        {
          name = "approve"
          approval = {
            environment = "prod"
            minutes     = 10080
            message     = "shop: change the infrastructure of prod: #{Plan_prod.SUMMARY}. The plan is in the log of prod-plan."
          }
        },
        {
          name      = "apply"
          project   = "prod-apply"
          variables = { ENVIRONMENT = "prod" }
          inputs    = ["plan_prod"]
        },
      ]
    },
    {
      name         = "prod-approval"
      skip_if_zero = "Build.BUILT"
      actions = [{
        name = "approve"
        approval = {
          environment = "prod"
          minutes     = 2880
          message     = "shop: deliver #{Build.APPS} #{Build.TAG} to prod?"
        }
      }]
    },
    {
      name         = "prod"
      skip_if_zero = "Build.BUILT"
      actions = [
        {
          name    = "promote"
          project = "prod-promote"
          variables = {
            ENVIRONMENT = "prod"
            TAG         = "#{Build.TAG}"
            APPS        = "#{Build.APPS}"
            EXECUTION   = "#{codepipeline.PipelineExecutionId}"
          }
        },
        {
          name    = "deploy"
          project = "prod-deploy"
          variables = {
            ENVIRONMENT = "prod"
            TAG         = "#{Build.TAG}"
            APPS        = "#{Build.APPS}"
            EXECUTION   = "#{codepipeline.PipelineExecutionId}"
          }
        },
      ]
    },
  ]
}
