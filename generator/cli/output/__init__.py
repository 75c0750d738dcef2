"""Print results: one module for each command with more than a few lines of output."""
