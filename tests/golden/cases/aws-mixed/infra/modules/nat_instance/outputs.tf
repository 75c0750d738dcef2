# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "address" {
  description = "The public address that the VPC's traffic comes from."
  value       = aws_eip.this.public_ip
}
