# The records that prove whose the host is, and lead to it. Amplify tells each as one text: name, type and value.

locals {
  proof   = var.host == null ? [] : split(" ", aws_amplify_domain_association.this[0].certificate_verification_dns_record)
  target  = var.host == null ? [] : split(" ", one(aws_amplify_domain_association.this[0].sub_domain).dns_record)
  is_zone = var.host == var.zone
  # All distributions of CloudFront, which Amplify serves by, are in this zone.
  cloudfront = "Z2FDTNDATAQYW2"
}

data "aws_route53_zone" "this" {
  count = var.host == null ? 0 : 1

  name = var.zone
}

resource "aws_route53_record" "proof" {
  count = var.host == null ? 0 : 1

  zone_id         = data.aws_route53_zone.this[0].zone_id
  name            = local.proof[0]
  type            = "CNAME"
  records         = [reverse(local.proof)[0]]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_route53_record" "name" {
  count = var.host == null || local.is_zone ? 0 : 1

  zone_id = data.aws_route53_zone.this[0].zone_id
  name    = var.host
  type    = "CNAME"
  records = [reverse(local.target)[0]]
  ttl     = 300
}

# A zone itself has no CNAME.
resource "aws_route53_record" "zone" {
  count = var.host != null && local.is_zone ? 1 : 0

  zone_id = data.aws_route53_zone.this[0].zone_id
  name    = var.host
  type    = "A"

  alias {
    name                   = reverse(local.target)[0]
    zone_id                = local.cloudfront
    evaluate_target_health = false
  }
}
