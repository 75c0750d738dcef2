"""ECS: make a commit run there, see what runs, and tell why something does not."""
