"""Names of the branches that requests are made from."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Final

BUMPS: Final = "bump/"
ROLLBACKS: Final = "rollback/"
PROMOTIONS: Final = "promote/"
# The last part of the branch of a promotion of all apps.
ALL: Final = "_all"
LONGEST_WORD: Final = 120


def word(names: Collection[str]) -> str:
    """Join names without ``_`` to one part of a branch's name; a long one is shortened and ends with a hash."""
    text = "_".join(sorted(names))
    if len(text) <= LONGEST_WORD:
        return text
    return f"{text[: LONGEST_WORD - 20]}_{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"


def folder(head: str) -> str:
    """Return the part of a branch's name that ends with its last slash."""
    return f"{head.rpartition('/')[0]}/"


def promotions(project: str, target: str = "") -> str:
    """Return what the branches of all promotions begin with, or of those into an environment."""
    return f"{PROMOTIONS}{project}/{target}{'/' if target else ''}"


def promotion(project: str, target: str, apps: Sequence[str]) -> str:
    """Return the branch of a promotion. No app's name has a ``_`` in it, so no two sets of apps share a branch."""
    return f"{promotions(project, target)}{word(apps) if apps else ALL}"
