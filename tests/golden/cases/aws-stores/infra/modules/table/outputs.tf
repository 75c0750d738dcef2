# Generated from generator.yaml. Edit it as you like: your changes are kept.
output "name" {
  description = "The table's name."
  value       = aws_dynamodb_table.this.name
}
