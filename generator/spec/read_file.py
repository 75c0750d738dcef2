"""The keys under which the loader stores the content of a file that a spec names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# The bytes of the file, and their parsed content.
CONTENT: Final = "content"
MEANING: Final = "meaning"


def kind_of(manifest: Mapping[str, Any]) -> tuple[str, str]:
    """Return the group and the kind of a manifest."""
    return str(manifest.get("apiVersion") or "").rpartition("/")[0], str(manifest.get("kind") or "")
