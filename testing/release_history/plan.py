"""How long a history is, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# 2026-11-27T18:00:00Z, a Friday.
NOW: Final = 1_795_802_400


@dataclass(frozen=True)
class Plan:
    """What to make. ``now`` is when it ends; ``pace``: releases of an app in a week, on average.

    ``hostile`` adds authors, subjects, tags and reasons that try to be taken for HTML or code. ``structure`` lets apps
    come and go, and changes configurations and bases. ``commits`` ends it once the branch has so many; 0: at ``now``.
    """

    apps: int = 40
    days: int = 730
    seed: int = 7
    now: int = NOW
    pace: float = 0.7
    hostile: bool = False
    structure: bool = True
    commits: int = 0
