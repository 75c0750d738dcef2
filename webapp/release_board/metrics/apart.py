"""Changes of production that are no deployments, counted separately."""

from __future__ import annotations

from dataclasses import dataclass

from release_board.metrics.records import Key
from release_board.metrics.view import View

REASONS = {
    "generated": "first appearance",
    "removed": "removal",
    "pinned": "pin",
    "unpinned": "end of a pin",
    "promoted": "configuration promoted",
    "unknown": "not known, as older commits are not at hand",
}


@dataclass(frozen=True, slots=True)
class Apart:
    """Changes of one kind."""

    what: str
    keys: tuple[Key, ...]

    @property
    def n(self) -> int:
        """Return how many there are."""
        return len(self.keys)


def apart(view: View) -> tuple[Apart, ...]:
    """Return a window's changes of production that do not count as deployments, by kind."""
    found: dict[str, list[Key]] = {}
    for change in view.changes:
        if not view.counts(change):
            found.setdefault(REASONS.get(change.action, "configuration changed"), []).append(change.key)
    return tuple(Apart(what, tuple(named)) for what, named in sorted(found.items()))
