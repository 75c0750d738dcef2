"""Print what regenerating would change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from generator.cli import console
from generator.cli.output.generate import show_effects

if TYPE_CHECKING:
    from generator import DiffResult

_COLORS: Final = {"+": "green", "-": "red", "@": "blue"}


def record(result: DiffResult, *, rendered: bool) -> dict[str, object]:
    """Return the JSON document."""
    conflicts = [conflict._asdict() for conflict in (result.conflicts.conflicts if result.conflicts else ())]
    if rendered:
        found = [
            {"environment": change.environment, "object": change.object, "diff": "".join(change.lines)}
            | ({"reason": change.reason} if change.reason else {})
            for change in result.manifests
        ]
        return {"changes": found, "conflicts": conflicts}
    return {
        "changes": [{"path": one.path, "diff": "".join(one.lines)} for one in result.files],
        "effects": [effect._asdict() for effect in result.effects],
        "conflicts": conflicts,
    }


def show(result: DiffResult) -> None:
    """Print the diffs; `git apply` accepts the diffs of files."""
    for file in result.files:
        print_lines(file.lines)
    for change in result.manifests:
        print_lines(change.lines)
        if change.reason:
            console.note(f"note: {change.reason}")
    show_effects(result.effects)


def print_lines(lines: Iterable[str]) -> None:
    """Print the lines of a diff in its colours."""
    for line in lines:
        color = _COLORS.get(line[0])
        console.say(console.paint(line.rstrip("\n"), color) if color else line.rstrip("\n"))
