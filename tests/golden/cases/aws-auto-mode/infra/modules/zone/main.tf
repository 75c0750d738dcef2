# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The zone in Route 53. Its name servers have to be entered once where the domain was bought.

resource "aws_route53_zone" "this" {
  name = var.zone

  lifecycle {
    prevent_destroy = true
  }
}
