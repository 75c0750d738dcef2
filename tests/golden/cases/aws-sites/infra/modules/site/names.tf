# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The name that it is reached at, over IPv4 and IPv6.

data "aws_route53_zone" "this" {
  count = var.zone == null ? 0 : 1

  name = var.zone
}

resource "aws_route53_record" "this" {
  for_each = toset(var.zone == null ? [] : ["A", "AAAA"])

  zone_id = data.aws_route53_zone.this[0].zone_id
  name    = var.host
  type    = each.key

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}
