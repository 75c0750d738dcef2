"""Turns one generator.yaml into a GitOps repository; see ``python -m generator --help``."""

__version__ = "0.1.0"
