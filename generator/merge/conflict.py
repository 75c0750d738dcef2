"""A place where a person and the generator disagree, and how that was settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Whose value is kept."""

    LOCAL = "local"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Conflict:
    """``line`` (from 1) is where it stands in the local file, ``field`` the path within it.

    The values are as YAML on one line; ``None`` where there is nothing. ``author``
    is who changed the local one (commit, name, subject), where that was asked.
    """

    path: str
    line: int
    field: str
    original: str | None
    local: str | None
    updated: str | None
    author: str = ""


# Asked for each conflict; ``None`` leaves it open.
Settle = Callable[[Conflict], Side | None]


def leave_open(_: Conflict) -> Side | None:
    """Settle nothing."""
    return None
