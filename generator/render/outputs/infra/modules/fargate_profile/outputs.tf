output "name" {
  description = "The profile's name."
  value       = aws_eks_fargate_profile.this.fargate_profile_name
}
