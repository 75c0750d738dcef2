# Generated from generator.yaml. Edit it as you like: your changes are kept.

output "registry" {
  description = "The address of each repository of images."
  value       = module.registry.repositories
}
