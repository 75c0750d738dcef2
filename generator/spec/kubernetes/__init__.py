"""The versions of Kubernetes with a schema in the package."""

from __future__ import annotations

from typing import Final

VERSIONS: Final = ("1.31", "1.32", "1.33", "1.34", "1.35", "1.36")
NEWEST: Final = VERSIONS[-1]
