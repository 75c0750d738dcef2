# Generated from generator.yaml. Edit it as you like: your changes are kept.
# CloudWatch's agent, where alarms ask for its metrics. Fargate has no agents of nodes.

locals {
  watched = var.watched && var.compute != "fargate"
}

resource "aws_iam_role" "watch" {
  count = local.watched ? 1 : 0

  name                 = "${var.name}-watch"
  permissions_boundary = var.boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Principal = { Service = "pods.eks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "watch" {
  count = local.watched ? 1 : 0

  role       = aws_iam_role.watch[0].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/CloudWatchAgentServerPolicy"
}

# Made before the agent, which would make ones that keep their lines for ever.
resource "aws_cloudwatch_log_group" "watch" {
  for_each = local.watched ? toset(["application", "dataplane", "host", "performance"]) : toset([])

  name              = "/aws/containerinsights/${var.name}/${each.key}"
  retention_in_days = var.retention
}

resource "aws_eks_addon" "watch" {
  count = local.watched ? 1 : 0

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = "amazon-cloudwatch-observability"
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"

  pod_identity_association {
    role_arn        = aws_iam_role.watch[0].arn
    service_account = "cloudwatch-agent"
  }

  # Its agents send with this role and into these groups, until they are gone.
  depends_on = [aws_eks_addon.this, aws_iam_role_policy_attachment.watch, aws_cloudwatch_log_group.watch]
}
