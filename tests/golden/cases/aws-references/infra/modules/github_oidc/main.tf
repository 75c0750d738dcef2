# Generated from generator.yaml. Edit it as you like: your changes are kept.
# GitHub's identity provider: workflows get credentials for minutes, and no key is stored with GitHub.
# AWS trusts its certificate by itself, so that no thumbprint is needed.

resource "aws_iam_openid_connect_provider" "this" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}
