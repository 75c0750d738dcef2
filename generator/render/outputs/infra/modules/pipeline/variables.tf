variable "name" {
  description = "The pipeline's name; the names of all that belongs to it begin with it."
  type        = string
}

variable "branch" {
  description = "The branch whose commits are delivered."
  type        = string
}

variable "source_from" {
  description = "Where the repository is: in codecommit, or behind a connection."
  type        = string

  validation {
    condition     = contains(["codecommit", "connection"], var.source_from)
    error_message = "Give codecommit or connection."
  }
}

variable "repository" {
  description = "The repository: its name in CodeCommit, else OWNER/NAME."
  type        = string
}

variable "connection" {
  description = "The connection to the forge, where one exists: its ARN."
  type        = string
  default     = null
}

variable "images" {
  description = "The ECR repositories whose pushed images start the pipeline, by app. If empty, commits start it."
  type        = map(string)
  default     = {}
}

variable "ignored" {
  description = "Files whose commits start nothing, where the forge can tell: globs."
  type        = list(string)
  default     = []
}

variable "secrets" {
  description = "ARNs of the secrets that jobs read, such as git's credentials."
  type        = list(string)
  default     = []
}

variable "registries" {
  description = "ARNs of the ECR repositories that builds push to."
  type        = list(string)
  default     = []
}

variable "projects" {
  description = "The CodeBuild projects, by name. `role` is the role that the job takes on in its environment's account."
  type = map(object({
    job         = string
    environment = string
    role        = string
    privileged  = bool
    minutes     = number
  }))
}

variable "approvals" {
  description = "Who is asked by e-mail, by environment."
  type        = map(list(string))
}

variable "stages" {
  description = "The stages after the source, in order. `skip_if_zero` names the variable that skips the stage when it is 0."
  type = list(object({
    name         = string
    skip_if_zero = optional(string)
    actions = list(object({
      name      = string
      project   = optional(string)
      variables = optional(map(string), {})
      namespace = optional(string)
      inputs    = optional(list(string), [])
      outputs   = optional(list(string), [])
      approval  = optional(object({ environment = string, minutes = number, message = string }))
    }))
  }))
}

variable "machine" {
  description = "The machines that jobs run on."
  type        = object({ type = string, image = string, compute = string })
  default = {
    type    = "ARM_CONTAINER"
    image   = "aws/codebuild/amazonlinux-aarch64-standard:3.0"
    compute = "BUILD_GENERAL1_SMALL"
  }
}

variable "retention_days" {
  description = "How many days logs and artifacts are kept."
  type        = number
  default     = 90
}

variable "caches" {
  description = "The repositories with images of other registries, as patterns."
  type        = list(string)
  default     = []
}
