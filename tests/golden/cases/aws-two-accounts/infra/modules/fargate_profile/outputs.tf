# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "name" {
  description = "The profile's name."
  value       = aws_eks_fargate_profile.this.fargate_profile_name
}
