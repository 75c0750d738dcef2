"""What Argo CD would apply, read from a repository that may be a stranger's: manifests, and where they come from."""
