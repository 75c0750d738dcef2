# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Which identities an apply may make: roles of apps, under the boundary, and never those of pipelines.

resource "aws_iam_role_policy" "identities" {
  name = "identities"
  role = aws_iam_role.this["apply"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "MakeRolesUnderTheBoundary"
        Effect = "Allow"
        Action = [
          "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
          "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
        ]
        Resource  = "${local.own}-*"
        Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.boundary.arn } }
      },
      {
        Sid    = "KeepRoles"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
        ]
        Resource = "${local.own}-*"
      },
      {
        Sid      = "PassRolesOfApps"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = "${local.own}-*"
        Condition = { StringEquals = { "iam:PassedToService" = [
          "ecs.amazonaws.com", "ecs-tasks.amazonaws.com", "eks.amazonaws.com", "ec2.amazonaws.com",
          "eks-fargate-pods.amazonaws.com", "pods.eks.amazonaws.com", "rds.amazonaws.com",
          "scheduler.amazonaws.com",
        ] } }
      },
      {
        Sid      = "RolesThatAWSMakesForItself"
        Effect   = "Allow"
        Action   = "iam:CreateServiceLinkedRole"
        Resource = "${local.arn}:iam::${var.account}:role/aws-service-role/*"
      },
      {
        Sid    = "IdentitiesOfTheCluster"
        Effect = "Allow"
        Action = [
          "iam:CreateOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider", "iam:TagOpenIDConnectProvider",
        ]
        Resource = "${local.arn}:iam::${var.account}:oidc-provider/oidc.eks.${var.region}.amazonaws.com/*"
      },
      {
        Sid    = "NeverThoseOfPipelines"
        Effect = "Deny"
        # Reason: it refuses, so that it names every action with roles.
        Action   = "iam:*"
        Resource = concat([for name in local.roles : "${local.own}-${name}"], [aws_iam_policy.boundary.arn])
      },
    ]
  })
}
