"""Print who wrote each file, and whether the repository is what the spec says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.cli import console
from generator.cli.output.generate import show_advice, show_effects

if TYPE_CHECKING:
    from generator import CheckResult, FileState


def record(result: CheckResult) -> dict[str, object]:
    """Return the JSON document."""
    conflicts = result.conflicts.conflicts if result.conflicts else ()
    return {
        "drift": result.drift,
        "files": [
            {"path": one.path, "state": str(one.state), "stale": one.stale, "pinned": one.pinned}
            for one in result.files
        ],
        "idle": [fault._asdict() for fault in result.idle],
        "notes": list(result.notes),
        "effects": [effect._asdict() for effect in result.effects],
        "conflicts": [conflict._asdict() for conflict in conflicts],
        "advice": [fault._asdict() for fault in result.advice],
    }


def show(result: CheckResult, *, everything: bool) -> None:
    """Print the files with edits or other differences (all files with ``everything``), and what to do."""
    rows = [
        (one.path, _state(one), _needs(one.state) if one.stale else "")
        for one in result.files
        if everything or one.stale or one.state != "generated"
    ]
    if rows:
        console.table(("path", "state", "needs"), rows)
    for fault in result.idle:
        console.say(f"{fault}; {fault.hint}")
    for note in result.notes:
        console.note(note)
    show_advice(result.advice)
    show_effects(result.effects)
    if result.conflicts:
        console.report(result.conflicts)
    else:
        console.say(f"{len(result.files)} files: {_summary(result)}")


def _summary(result: CheckResult) -> str:
    if result.drift:
        asked = {
            "--prune": any(one.state == "orphaned" for one in result.files),
            "--replace": any(effect.replaces for effect in result.effects),
        }
        options = [option for option, is_asked in asked.items() if is_asked]
        words = [console.program(), *(["generate", *options] if options else ())]
        return f"{sum(one.stale for one in result.files)} not as the spec says; run `{' '.join(words)}`"
    idle = len(result.idle)
    return f"as the spec says, but {idle} without effect" if idle else "as the spec says"


def _state(file: FileState) -> str:
    """Return a file's state for a table. A pin does not count as an edit."""
    if not file.pinned:
        return str(file.state)
    return "pinned" if file.pinned_alone else f"{file.state}, pinned"


def _needs(state: str) -> str:
    """Return what a file in this state needs: an option of ``generate``, or ``regenerate``: a plain run."""
    return {"orphaned": "--prune", "conflicting": "--keep"}.get(state, "regenerate")
