# Generated from generator.yaml. Edit it as you like: your changes are kept.
# What static front ends take: an apply makes what serves them, and a deployment publishes their files, and nothing else.

locals {
  site_files = "${local.arn}:s3:::${local.prefix}-*-${var.account}-site"
  site_kinds = toset(var.sites)

  making = {
    cloudfront = [
      {
        Sid    = "MakeDistributions"
        Effect = "Allow"
        Action = [
          "cloudfront:CreateDistribution", "cloudfront:CreateFunction", "cloudfront:CreateOriginAccessControl",
          "cloudfront:DeleteDistribution", "cloudfront:DeleteFunction", "cloudfront:DeleteOriginAccessControl",
          "cloudfront:PublishFunction", "cloudfront:TagResource", "cloudfront:UntagResource",
          "cloudfront:UpdateDistribution", "cloudfront:UpdateFunction", "cloudfront:UpdateOriginAccessControl",
        ]
        # Reason: AWS makes up the ids of distributions, and what makes them takes no resource.
        Resource = "*"
      },
      {
        Sid      = "EmptyBucketsOfSites"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"]
        Resource = [local.site_files, "${local.site_files}/*"]
      },
    ]
    amplify = [{
      Sid    = "MakeAppsOfAmplify"
      Effect = "Allow"
      Action = [
        "amplify:CreateApp", "amplify:CreateBranch", "amplify:CreateDomainAssociation", "amplify:DeleteApp",
        "amplify:DeleteBranch", "amplify:DeleteDomainAssociation", "amplify:TagResource", "amplify:UntagResource",
        "amplify:UpdateApp", "amplify:UpdateBranch", "amplify:UpdateDomainAssociation",
      ]
      Resource = "${local.arn}:amplify:${local.in_place}:apps/*"
    }]
  }

  publishing = {
    cloudfront = [
      {
        Sid      = "CompareFiles"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.site_files
      },
      {
        Sid      = "KeepAndPutFiles"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = "${local.site_files}/*"
      },
      {
        Sid      = "Invalidate"
        Effect   = "Allow"
        Action   = ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"]
        Resource = "${local.arn}:cloudfront::${var.account}:distribution/*"
        # Their ids are made up; by these tags, they are the environment's.
        Condition = { StringEquals = {
          "aws:ResourceTag/project"     = var.project
          "aws:ResourceTag/environment" = var.environment
        } }
      },
    ]
    amplify = [{
      Sid    = "HandOverToAmplify"
      Effect = "Allow"
      Action = ["amplify:CreateDeployment", "amplify:GetJob", "amplify:StartDeployment"]
      Resource = [for rest in ["", "/jobs/*"] :
      "${local.arn}:amplify:${local.in_place}:apps/*/branches/${local.prefix}${rest}"]
    }]
  }
}

resource "aws_iam_role_policy" "sites" {
  count = length(var.sites) > 0 ? 1 : 0

  name = "sites"
  role = aws_iam_role.this["apply"].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = flatten([for kind, statements in local.making : statements if contains(local.site_kinds, kind)])
  })
}

resource "aws_iam_role_policy" "publish" {
  count = length(var.sites) > 0 ? 1 : 0

  name = "publish"
  role = aws_iam_role.this["deploy"].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = flatten([for kind, statements in local.publishing : statements if contains(local.site_kinds, kind)])
  })
}
