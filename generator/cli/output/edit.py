"""Print what was changed in generator.yaml, and how that changes the generated files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.cli import console
from generator.cli.output import diff, generate

if TYPE_CHECKING:
    from generator import EditResult


def told(result: EditResult, *, as_json: bool) -> int:
    """Print the result as text or JSON, and return the exit code."""
    console.emit(record(result)) if as_json else show(result)
    return 0


def record(result: EditResult) -> dict[str, object]:
    """Return the JSON document."""
    conflicts = [conflict._asdict() for conflict in (result.conflicts.conflicts if result.conflicts else ())]
    return {
        "diff": "".join(result.lines),
        "generated": result.generated,
        **generate.record(result.regeneration),
        "conflicts": conflicts,
    }


def show(result: EditResult) -> None:
    """Print the change, and each file that was written or would be written."""
    diff.print_lines(result.lines)
    console.say()
    if not result.generated:
        console.say("generator.yaml is written. What regenerating would do:")
    generate.show(result.regeneration, done=result.generated)
    for conflict in result.conflicts.conflicts if result.conflicts else ():
        console.show_conflict(conflict)
    if result.conflicts:
        console.note(f"note: {result.conflicts.message}; hint: {result.conflicts.hint}")
    if result.generated:
        console.say("next: look at it with git diff, commit and push")
    else:
        console.say(console.pasted("next: python -m generator diff shows it, python -m generator does it"))
