output "address" {
  description = "The public address that the VPC's traffic comes from."
  value       = aws_eip.this.public_ip
}
