"""Say how a spec holds a file of the repository that it names, once a loader has read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# Its bytes, and what these mean.
CONTENT: Final = "content"
MEANING: Final = "meaning"


def kind_of(manifest: Mapping[str, Any]) -> tuple[str, str]:
    """Return the group and the kind of a manifest."""
    return str(manifest.get("apiVersion") or "").rpartition("/")[0], str(manifest.get("kind") or "")
