# Generated from generator.yaml. Edit it as you like: your changes are kept.
# The load balancer that the apps of one environment on ECS share. It alone is reached from the internet.

resource "aws_security_group" "this" {
  name        = "${var.name}-load-balancer"
  description = "The load balancer of ${var.name}"
  vpc_id      = var.vpc

  tags = { Name = "${var.name}-load-balancer" }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = var.https ? { http = 80, https = 443 } : { http = 80 }

  security_group_id = aws_security_group.this.id
  description       = "${upper(each.key)} from the internet"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "this" {
  security_group_id = aws_security_group.this.id
  description       = "To apps in the VPC"
  cidr_ipv4         = var.cidr
  ip_protocol       = "tcp"
  from_port         = 1
  to_port           = 65535
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.this.id]
  subnets                    = var.subnets
  drop_invalid_header_fields = true
  enable_deletion_protection = var.protected
}

# Without a certificate it serves HTTP; with one it sends HTTP on to HTTPS.
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = var.https ? "redirect" : "fixed-response"

    dynamic "fixed_response" {
      for_each = var.https ? [] : ["404"]

      content {
        content_type = "text/plain"
        message_body = "No app has this host or path.\n"
        status_code  = fixed_response.value
      }
    }

    dynamic "redirect" {
      for_each = var.https ? ["HTTP_301"] : []

      content {
        port        = "443"
        protocol    = "HTTPS"
        status_code = redirect.value
      }
    }
  }
}

resource "aws_lb_listener" "https" {
  count = var.https ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "No app has this host or path.\n"
      status_code  = "404"
    }
  }
}

data "aws_route53_zone" "this" {
  count = var.zone == null ? 0 : 1

  name = var.zone
}

resource "aws_route53_record" "host" {
  for_each = var.zone == null ? toset([]) : toset(var.hosts)

  zone_id = data.aws_route53_zone.this[0].zone_id
  name    = each.key
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}
