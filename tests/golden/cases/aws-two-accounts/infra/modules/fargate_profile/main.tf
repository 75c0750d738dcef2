# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Which pods run on Fargate, without machines. They have no Pod Identity; roles for them are by IRSA.

resource "aws_iam_role" "this" {
  name                 = "${var.cluster}-fargate"
  permissions_boundary = var.boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "eks-fargate-pods.amazonaws.com" }
      Condition = { ArnLike = { "aws:SourceArn" = "arn:${var.partition}:eks:${var.region}:${var.account}:fargateprofile/${var.cluster}/*" } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"
}

resource "aws_eks_fargate_profile" "this" {
  cluster_name           = var.cluster
  fargate_profile_name   = "${var.cluster}-apps"
  pod_execution_role_arn = aws_iam_role.this.arn
  subnet_ids             = var.subnets

  dynamic "selector" {
    for_each = toset(var.namespaces)

    content {
      namespace = selector.value
    }
  }

  depends_on = [aws_iam_role_policy_attachment.this]
}
