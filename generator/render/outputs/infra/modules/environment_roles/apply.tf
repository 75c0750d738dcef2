# What an apply changes, as far as AWS lets a policy say it: by name where a resource has one that the spec gives.

locals {
  regional = { StringEquals = { "aws:RequestedRegion" = var.region } }
  in_place = "${var.region}:${var.account}"

  # Each becomes a policy of its own, since one may only be so long.
  changes = {
    network = [{
      Sid    = "Network"
      Effect = "Allow"
      Action = [
        "ec2:AllocateAddress", "ec2:AssociateAddress", "ec2:AssociateRouteTable", "ec2:AttachInternetGateway",
        "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateInternetGateway",
        "ec2:CreateNatGateway", "ec2:CreateRoute", "ec2:CreateRouteTable", "ec2:CreateSecurityGroup",
        "ec2:CreateSubnet", "ec2:CreateTags", "ec2:CreateVpc", "ec2:CreateVpcEndpoint", "ec2:DeleteInternetGateway",
        "ec2:DeleteNatGateway", "ec2:DeleteRoute", "ec2:DeleteRouteTable", "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints", "ec2:DetachInternetGateway",
        "ec2:DisassociateAddress", "ec2:DisassociateRouteTable", "ec2:ModifyInstanceAttribute",
        "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint", "ec2:ReleaseAddress", "ec2:ReplaceRoute", "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress", "ec2:RunInstances", "ec2:TerminateInstances",
      ]
      # Reason: ids of EC2 are not known before something is made, so that the region alone can bound it.
      Resource  = "*"
      Condition = local.regional
    }]
    compute = [
      {
        Sid    = "Clusters"
        Effect = "Allow"
        Action = [
          "eks:AssociateAccessPolicy", "eks:CreateAccessEntry", "eks:CreateAddon", "eks:CreateCluster",
          "eks:CreateFargateProfile", "eks:CreateNodegroup", "eks:CreatePodIdentityAssociation",
          "eks:DeleteAccessEntry", "eks:DeleteAddon", "eks:DeleteCluster", "eks:DeleteFargateProfile",
          "eks:DeleteNodegroup", "eks:DeletePodIdentityAssociation", "eks:DisassociateAccessPolicy",
          "eks:TagResource", "eks:UntagResource", "eks:UpdateAccessEntry", "eks:UpdateAddon",
          "eks:UpdateClusterConfig", "eks:UpdateClusterVersion", "eks:UpdateNodegroupConfig",
          "eks:UpdateNodegroupVersion", "eks:UpdatePodIdentityAssociation",
        ]
        Resource = [for kind in ["cluster", "nodegroup", "addon", "fargateprofile", "access-entry", "podidentityassociation"] :
        "${local.arn}:eks:${local.in_place}:${kind}/${local.prefix}*"]
      },
      {
        Sid    = "Services"
        Effect = "Allow"
        Action = [
          "ecs:CreateCluster", "ecs:CreateService", "ecs:DeleteCluster", "ecs:DeleteService",
          "ecs:PutClusterCapacityProviders", "ecs:TagResource", "ecs:UntagResource", "ecs:UpdateCluster",
          "ecs:UpdateClusterSettings", "ecs:UpdateService",
        ]
        Resource = [
          "${local.arn}:ecs:${local.in_place}:cluster/${local.prefix}",
          "${local.arn}:ecs:${local.in_place}:service/${local.prefix}/*",
          "${local.arn}:ecs:${local.in_place}:task-definition/${local.prefix}-*",
        ]
      },
      {
        Sid    = "Schedules"
        Effect = "Allow"
        Action = [
          "scheduler:CreateSchedule", "scheduler:CreateScheduleGroup", "scheduler:DeleteSchedule",
          "scheduler:DeleteScheduleGroup", "scheduler:TagResource", "scheduler:UntagResource",
          "scheduler:UpdateSchedule",
        ]
        Resource = [
          "${local.arn}:scheduler:${local.in_place}:schedule-group/${local.prefix}",
          "${local.arn}:scheduler:${local.in_place}:schedule/${local.prefix}/*",
        ]
      },
      {
        Sid    = "LoadBalancersAndScaling"
        Effect = "Allow"
        Action = [
          "application-autoscaling:DeleteScalingPolicy", "application-autoscaling:DeregisterScalableTarget",
          "application-autoscaling:PutScalingPolicy", "application-autoscaling:RegisterScalableTarget",
          "application-autoscaling:TagResource", "ecs:DeregisterTaskDefinition", "ecs:RegisterTaskDefinition",
          "elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener",
          "elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateRule",
          "elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:DeleteListener",
          "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteRule",
          "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:ModifyListener",
          "elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:ModifyRule",
          "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes",
          "elasticloadbalancing:RemoveTags", "elasticloadbalancing:SetRulePriorities",
          "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets", "servicediscovery:CreatePrivateDnsNamespace",
          "servicediscovery:CreateService", "servicediscovery:DeleteNamespace", "servicediscovery:DeleteService",
          "servicediscovery:GetOperation", "servicediscovery:TagResource", "servicediscovery:UpdateService",
        ]
        # Reason: half of these take no resource, and ids of the others are random.
        Resource  = "*"
        Condition = local.regional
      },
    ]
    data = [
      {
        Sid    = "Stores"
        Effect = "Allow"
        Action = [
          "dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:TagResource", "dynamodb:UntagResource",
          "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
          "rds:AddTagsToResource", "rds:CreateDBInstance", "rds:CreateDBParameterGroup", "rds:CreateDBSnapshot",
          "rds:CreateDBSubnetGroup", "rds:DeleteDBInstance", "rds:DeleteDBParameterGroup", "rds:DeleteDBSubnetGroup",
          "rds:ModifyDBInstance", "rds:ModifyDBParameterGroup", "rds:ModifyDBSubnetGroup",
          "rds:RemoveTagsFromResource", "sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes",
          "sns:Subscribe", "sns:TagResource", "sns:Unsubscribe", "sqs:CreateQueue", "sqs:DeleteQueue",
          "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue",
        ]
        Resource = concat(
          ["${local.arn}:dynamodb:${local.in_place}:table/${local.prefix}-*"],
          [for kind in ["db", "pg", "snapshot", "subgrp"] : "${local.arn}:rds:${local.in_place}:${kind}:${local.prefix}-*"],
          [for service in ["sns", "sqs"] : "${local.arn}:${service}:${local.in_place}:${local.prefix}-*"],
        )
      },
      {
        Sid    = "Buckets"
        Effect = "Allow"
        Action = [
          "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketCORS", "s3:PutBucketPolicy",
          "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning",
          "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
        ]
        Resource = "${local.arn}:s3:::${local.prefix}-*"
      },
      {
        Sid    = "Secrets"
        Effect = "Allow"
        Action = [
          "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:PutResourcePolicy",
          "secretsmanager:RotateSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource",
          "secretsmanager:UpdateSecret",
        ]
        Resource = [
          "${local.arn}:secretsmanager:${local.in_place}:secret:${var.project}/${var.environment}/*",
          # RDS names the secrets of passwords that it manages.
          "${local.arn}:secretsmanager:${local.in_place}:secret:rds!db-*",
        ]
      },
    ]
    watch = [
      {
        Sid    = "LogsAndAlarms"
        Effect = "Allow"
        Action = [
          "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard",
          "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource", "logs:CreateLogGroup",
          "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
        ]
        Resource = [
          "${local.arn}:cloudwatch:${local.in_place}:alarm:${local.prefix}-*",
          "${local.arn}:cloudwatch::${var.account}:dashboard/${local.prefix}",
          "${local.arn}:logs:${local.in_place}:log-group:/${var.project}/${var.environment}/*",
          "${local.arn}:logs:${local.in_place}:log-group:/aws/eks/${local.prefix}/*",
          "${local.arn}:logs:${local.in_place}:log-group:/aws/ecs/${local.prefix}/*",
          "${local.arn}:logs:${local.in_place}:log-group:/aws/containerinsights/${local.prefix}/*",
          "${local.arn}:logs:${local.in_place}:log-group:/aws/rds/instance/${local.prefix}-*",
        ]
      },
      {
        Sid    = "NamesAndCertificates"
        Effect = "Allow"
        Action = [
          "acm:AddTagsToCertificate", "acm:DeleteCertificate", "acm:RequestCertificate",
          "budgets:ModifyBudget", "budgets:TagResource", "kms:CreateAlias", "kms:CreateKey", "kms:DeleteAlias",
          "kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource",
          "route53:ChangeResourceRecordSets", "route53:ChangeTagsForResource", "route53:CreateHostedZone",
          "route53:DeleteHostedZone",
        ]
        # Reason: certificates, keys and zones have random ids, and some of these take no resource.
        Resource = "*"
      },
    ]
  }
}

resource "aws_iam_policy" "change" {
  for_each = local.changes

  name        = "${local.prefix}-apply-${each.key}"
  description = "What an apply of ${local.prefix} changes: ${each.key}"
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

resource "aws_iam_role_policy_attachment" "change" {
  for_each = local.changes

  role       = aws_iam_role.this["apply"].name
  policy_arn = aws_iam_policy.change[each.key].arn
}
