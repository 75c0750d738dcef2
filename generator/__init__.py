"""Turns one generator.yaml into a GitOps repository; see ``python -m generator --help``."""
