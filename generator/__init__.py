"""Turns one generator.yaml into a GitOps repository; see ``python -m generator --help``."""

from typing import Final

__version__: Final = "0.1.0"
