# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Machines of a cluster, with arm64 processors unless their types say otherwise.

resource "aws_iam_role" "this" {
  name                 = "${var.cluster}-node"
  permissions_boundary = var.boundary
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"])

  role       = aws_iam_role.this.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/${each.key}"
}

resource "aws_launch_template" "this" {
  name = "${var.cluster}-general"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # Pods are one hop further away, and have roles of their own.
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted   = true
      volume_size = var.disk
      volume_type = "gp3"
    }
  }
}

resource "aws_eks_node_group" "this" {
  cluster_name    = var.cluster
  node_group_name = "${var.cluster}-general"
  node_role_arn   = aws_iam_role.this.arn
  subnet_ids      = var.subnets
  ami_type        = var.ami_type
  instance_types  = var.instance_types

  scaling_config {
    desired_size = var.least
    min_size     = var.least
    max_size     = var.most
  }

  update_config {
    max_unavailable = 1
  }

  node_repair_config {
    enabled = true
  }

  launch_template {
    name    = aws_launch_template.this.name
    version = tostring(aws_launch_template.this.latest_version)
  }

  lifecycle {
    # How many there are is the autoscaler's.
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [aws_iam_role_policy_attachment.this]
}
