# Generated from generator.yaml. Edit it as you like: your changes are kept.
# A front end without a server, by Amplify Hosting. It is built by the pipeline, which hands over its files: Amplify gets
# no token of the repository.

resource "aws_amplify_app" "this" {
  name     = var.name
  platform = "WEB"

  # Amplify's own pattern of paths that are no files.
  custom_rule {
    source = var.single_page ? "</^[^.]+$|\\.(?!(css|gif|ico|jpg|js|json|map|png|svg|ttf|txt|webp|woff|woff2|xml)$)([^.]+$)/>" : "/<*>"
    target = var.single_page ? "/index.html" : "/404.html"
    status = var.single_page ? "200" : "404"
  }

  custom_headers = yamlencode({
    customHeaders = [{
      pattern = "**"
      headers = [
        { key = "Strict-Transport-Security", value = "max-age=31536000" },
        { key = "X-Content-Type-Options", value = "nosniff" },
        { key = "X-Frame-Options", value = "SAMEORIGIN" },
        { key = "Referrer-Policy", value = "strict-origin-when-cross-origin" },
      ]
    }]
  })
}

resource "aws_amplify_branch" "this" {
  app_id            = aws_amplify_app.this.id
  branch_name       = var.branch
  stage             = "PRODUCTION"
  enable_auto_build = false
}

resource "aws_amplify_domain_association" "this" {
  count = var.host == null ? 0 : 1

  app_id      = aws_amplify_app.this.id
  domain_name = var.host
  # It is verified by the records below, which need what it tells.
  wait_for_verification = false

  sub_domain {
    branch_name = aws_amplify_branch.this.branch_name
    prefix      = ""
  }
}
