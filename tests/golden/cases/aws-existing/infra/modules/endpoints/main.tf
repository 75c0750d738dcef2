# Generated from generator.yaml. Edit it as you like: your changes are kept.
# Interface endpoints: private addresses of AWS' services in the VPC, so that what runs needs no way out to them.

resource "aws_security_group" "this" {
  name        = "${var.name}-endpoints"
  description = "Endpoints of AWS services, for all within the VPC"
  vpc_id      = var.vpc

  tags = { Name = "${var.name}-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS from the VPC"
  cidr_ipv4         = var.cidr
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_endpoint" "this" {
  for_each = toset(var.services)

  vpc_id              = var.vpc
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = var.subnets
  security_group_ids  = [aws_security_group.this.id]

  tags = { Name = "${var.name}-${each.key}" }
}
