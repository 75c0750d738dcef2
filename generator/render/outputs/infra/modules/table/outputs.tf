output "name" {
  description = "The table's name."
  value       = aws_dynamodb_table.this.name
}
