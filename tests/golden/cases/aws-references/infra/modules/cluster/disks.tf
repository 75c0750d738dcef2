# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The role by which the driver of disks makes them, where the cluster has nodes of its own.

resource "aws_iam_role" "disks" {
  count = var.compute == "nodes" ? 1 : 0

  name                 = "${var.name}-disks"
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

resource "aws_iam_role_policy_attachment" "disks" {
  count = var.compute == "nodes" ? 1 : 0

  role       = aws_iam_role.disks[0].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}
