# Generated from generator.yaml. Edit it as you like: your changes are kept.
# An EKS cluster: its control plane, who may administer it, and the add-ons that AWS alone installs. All else in it is
# Argo CD's.

locals {
  auto = var.compute == "auto"
  eks  = "arn:${var.partition}:iam::aws:policy"

  # Auto Mode makes machines, disks and load balancers by the cluster's own role.
  policies = toset(concat(["AmazonEKSClusterPolicy"], local.auto ? [
    "AmazonEKSBlockStoragePolicy", "AmazonEKSComputePolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy",
  ] : []))

  # Auto Mode has all of these built in; Fargate has no agents of nodes.
  addons = {
    auto    = toset([])
    nodes   = toset(["vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent", "aws-ebs-csi-driver"])
    fargate = toset(["vpc-cni", "kube-proxy", "coredns"])
  }
}

resource "aws_iam_role" "cluster" {
  name                 = "${var.name}-cluster"
  permissions_boundary = var.boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Principal = { Service = "eks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  for_each = local.policies

  role       = aws_iam_role.cluster.name
  policy_arn = "${local.eks}/${each.key}"
}

# The machines of Auto Mode.
resource "aws_iam_role" "node" {
  count = local.auto ? 1 : 0

  name                 = "${var.name}-auto-node"
  permissions_boundary = var.boundary
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = local.auto ? toset(["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodeMinimalPolicy"]) : toset([])

  role       = aws_iam_role.node[0].name
  policy_arn = "${local.eks}/${each.key}"
}

# Secrets of Kubernetes are encrypted with a key of the project's own.
resource "aws_kms_key" "secrets" {
  description             = "Secrets of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "secrets" {
  name          = "alias/${var.name}-secrets"
  target_key_id = aws_kms_key.secrets.key_id
}

# Made before the cluster, which would make one that keeps its lines for ever.
resource "aws_cloudwatch_log_group" "control_plane" {
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = var.retention
}

resource "aws_eks_cluster" "this" {
  name                          = var.name
  version                       = var.kubernetes
  role_arn                      = aws_iam_role.cluster.arn
  bootstrap_self_managed_addons = false
  enabled_cluster_log_types     = ["api", "audit", "authenticator"]
  deletion_protection           = var.protected

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  compute_config {
    enabled       = local.auto
    node_pools    = local.auto ? ["general-purpose", "system"] : []
    node_role_arn = local.auto ? aws_iam_role.node[0].arn : null
  }

  kubernetes_network_config {
    elastic_load_balancing {
      enabled = local.auto
    }
  }

  storage_config {
    block_storage {
      enabled = local.auto
    }
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = aws_kms_key.secrets.arn
    }
  }

  # Without it, a version that is too old stays, at six times the price.
  upgrade_policy {
    support_type = "STANDARD"
  }

  vpc_config {
    subnet_ids              = var.subnets
    endpoint_private_access = true
    endpoint_public_access  = length(var.public_access) > 0
    public_access_cidrs     = length(var.public_access) > 0 ? var.public_access : null
  }

  # Its role has to have these before, and until after.
  depends_on = [aws_iam_role_policy_attachment.cluster, aws_cloudwatch_log_group.control_plane]
}

resource "aws_eks_access_entry" "admin" {
  for_each = toset(var.admins)

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key
}

resource "aws_eks_access_policy_association" "admin" {
  for_each = toset(var.admins)

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.key
  policy_arn    = "arn:${var.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }

  depends_on = [aws_eks_access_entry.admin]
}

resource "aws_eks_addon" "this" {
  for_each = local.addons[var.compute]

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"

  dynamic "pod_identity_association" {
    for_each = each.key == "aws-ebs-csi-driver" ? [aws_iam_role.disks[0].arn] : []

    content {
      role_arn        = pod_identity_association.value
      service_account = "ebs-csi-controller-sa"
    }
  }
}
