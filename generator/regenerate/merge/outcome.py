"""What becomes of a file: its state, its new content, and the conflicts in it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from generator.regenerate.merge.conflict import Conflict, Settle

# (original, local, updated) → the merged text, or the line (from 1) of local where the first conflict starts.
MergeLines = Callable[[bytes, bytes, bytes], bytes | int]


class State(StrEnum):
    """The state of a file: who wrote it."""

    GENERATED = "generated"
    """As generated, byte for byte."""
    PIPELINE = "pipeline"
    """As generated, except tags and digests."""
    EDITED = "edited"
    """Changed by a person; it is kept."""
    MISSING = "missing"
    """Deleted by a person; it stays deleted."""
    ORPHANED = "orphaned"
    """Gone from the spec; ``--prune`` removes it."""
    CONFLICTING = "conflicting"
    """Changed by a person and by the spec, differently."""


class Outcome(NamedTuple):
    """The result for one file. ``content`` is its new content, ``None`` if it must not exist."""

    path: str
    state: State
    local: bytes | None
    content: bytes | None
    conflicts: tuple[Conflict, ...] = ()

    @property
    def changes(self) -> bool:
        """Tell whether there is anything to write or to remove."""
        return self.content != self.local


# (path, original, local, updated, how lines are merged, who decides) → the outcome of one file.
MergeFile = Callable[[str, bytes | None, bytes | None, bytes | None, MergeLines, Settle], Outcome]
