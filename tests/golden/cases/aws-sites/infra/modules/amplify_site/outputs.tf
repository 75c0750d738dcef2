# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "address" {
  description = "The name that it is reached at."
  value       = var.host == null ? "${aws_amplify_branch.this.branch_name}.${aws_amplify_app.this.default_domain}" : var.host
}

output "app" {
  description = "The id of the app in Amplify."
  value       = aws_amplify_app.this.id
}

output "branch" {
  description = "The branch that is published to."
  value       = aws_amplify_branch.this.branch_name
}
