"""Settle conflicts."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from generator.errors import Conflict

__all__ = ["Conflict", "Settle", "Side", "leave_open"]


class Side(StrEnum):
    """Whose value is kept."""

    LOCAL = "local"
    UPDATED = "updated"


# Asked for each conflict; ``None`` leaves it open.
Settle = Callable[[Conflict], Side | None]


def leave_open(_: Conflict) -> Side | None:
    """Settle nothing."""
    return None
