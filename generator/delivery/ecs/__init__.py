"""ECS: deploy a commit, read what runs, and find out why something does not run."""
