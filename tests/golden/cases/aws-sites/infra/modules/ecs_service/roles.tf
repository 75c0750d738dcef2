# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Who moves requests between old and new tasks.

resource "aws_iam_role" "shifting" {
  count = local.blue ? 1 : 0

  name                 = "${var.family}-shifting"
  permissions_boundary = var.boundary
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "shifting" {
  count = local.blue ? 1 : 0

  role       = aws_iam_role.shifting[0].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
}
