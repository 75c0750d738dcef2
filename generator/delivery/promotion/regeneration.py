"""Regenerate a folder, for a promotion of the base."""

from __future__ import annotations

from pathlib import Path

from generator.errors import Conflict
from generator.regenerate import planning
from generator.regenerate.merge import Side


def stale(directory: Path) -> list[str]:
    """Return the paths that a regeneration would change."""
    planned = planning.plan(directory)
    disputed = (conflict.path for conflict in planned.conflicts)
    return sorted({*(outcome.path for outcome in planned.changes), *disputed, *planned.record})


def write(directory: Path) -> list[Conflict]:
    """Regenerate; where a hand edit and the spec disagree, the local side stays, and the conflict is returned."""
    kept: list[Conflict] = []

    def keep(conflict: Conflict) -> Side:
        kept.append(conflict)
        return Side.LOCAL

    planning.write(directory, planning.plan(directory, keep))
    return kept
