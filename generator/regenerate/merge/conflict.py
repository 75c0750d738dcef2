"""Settle conflicts."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from generator.errors import Conflict

__all__ = ["Conflict", "Settle", "Side", "leave_open"]


class Side(StrEnum):
    """The side whose value is kept."""

    LOCAL = "local"
    UPDATED = "updated"


# A function that chooses the side of a conflict; ``None`` leaves it open.
Settle = Callable[[Conflict], Side | None]


def leave_open(_: Conflict) -> Side | None:
    """Return None, so that the conflict stays open."""
    return None
