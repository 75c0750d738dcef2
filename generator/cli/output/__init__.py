"""Show results, with a module for each command that has more to show than a few lines."""
