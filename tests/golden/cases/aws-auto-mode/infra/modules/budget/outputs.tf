# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "name" {
  description = "The budget's name."
  value       = aws_budgets_budget.this.name
}
