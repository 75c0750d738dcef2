"""Merge a newer upstream with the edits that were made since the adoption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator.adoption import origin
from generator.errors import Conflicts, UsageError
from generator.files import work_tree
from generator.git import checkout
from generator.regenerate import merge
from generator.regenerate.merge import Outcome, Side, State

_HINT: Final = (
    "keep one side with --keep local or --keep updated, or make the file say what you want, and adopt it again"
)


@dataclass(frozen=True, slots=True)
class Merged:
    """Result for each file; ``None`` for one that is not there.

    Attributes:
        changed: Those that are written.
        removed: Those that go, since they are gone there and were not edited.
        kept: Those that have edits of the user.
    """

    files: Mapping[str, bytes | None]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]


def merged(directory: Path, app: str, updated: Mapping[str, bytes], keep: str | None) -> Merged:
    """Merge file by file: the last adopted files are the original, the present ones are local.

    Raises:
        Conflicts: Both have changed the same field; nothing is written.
    """
    if keep not in (None, *Side):
        raise UsageError(f"--keep {keep}: neither local nor updated", "write --keep local, or --keep updated")
    original = origin.read(directory, app) or {}
    local = work_tree.read(directory, sorted({*original, *updated}))
    outcomes = merge.merge(original, local, updated, checkout.merge_lines, lambda _: Side(keep) if keep else None)
    if found := [conflict for outcome in outcomes for conflict in outcome.conflicts]:
        conflicts = Conflicts(found)
        conflicts.message = conflicts.message.replace("the spec", "what is new")
        conflicts.hint = _HINT
        raise conflicts
    changing = [outcome for outcome in outcomes if outcome.changes]
    return Merged(
        {outcome.path: outcome.content for outcome in outcomes},
        tuple(outcome.path for outcome in changing if outcome.content is not None),
        tuple(outcome.path for outcome in changing if outcome.content is None),
        tuple(outcome.path for outcome in outcomes if _is_kept(outcome)),
    )


def _is_kept(outcome: Outcome) -> bool:
    return outcome.state in (State.EDITED, State.MISSING)
