# Generated from generator.yaml. Edit it as you like: your changes are kept.
# One small instance in place of a NAT gateway: a tenth of the price, no better than one machine, and replaced by hand.

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-arm64"
}

resource "aws_security_group" "this" {
  name        = "${var.name}-nat"
  description = "Forwards what leaves the private subnets"
  vpc_id      = var.vpc

  tags = { Name = "${var.name}-nat" }
}

resource "aws_vpc_security_group_ingress_rule" "vpc" {
  security_group_id = aws_security_group.this.id
  description       = "All that the VPC sends out"
  cidr_ipv4         = var.cidr
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id = aws_security_group.this.id
  description       = "To where it was sent"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_instance" "this" {
  ami                         = data.aws_ssm_parameter.image.value
  instance_type               = "t4g.nano"
  subnet_id                   = var.subnet
  vpc_security_group_ids      = [aws_security_group.this.id]
  associate_public_ip_address = true
  source_dest_check           = false
  ebs_optimized               = true
  monitoring                  = true

  user_data = <<-EOT
    #!/bin/sh
    set -eu
    dnf install -y nftables
    sysctl -w net.ipv4.ip_forward=1 | tee /etc/sysctl.d/90-nat.conf
    nft add table ip nat
    nft add chain ip nat postrouting '{ type nat hook postrouting priority 100; }'
    nft add rule ip nat postrouting ip saddr ${var.cidr} masquerade
    nft list ruleset > /etc/sysconfig/nftables.conf
    systemctl enable --now nftables
  EOT

  metadata_options {
    http_tokens = "required"
  }

  root_block_device {
    encrypted   = true
    volume_type = "gp3"
  }

  tags = { Name = "${var.name}-nat" }

  lifecycle {
    # A newer image would cut every connection at the next apply: replace it when that suits.
    ignore_changes = [ami]
  }
}

resource "aws_eip" "this" {
  instance = aws_instance.this.id
  domain   = "vpc"

  tags = { Name = "${var.name}-nat" }
}

resource "aws_route" "out" {
  for_each = var.route_tables

  route_table_id         = each.value
  destination_cidr_block = "0.0.0.0/0"
  network_interface_id   = aws_instance.this.primary_network_interface_id
}
