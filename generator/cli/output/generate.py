"""Print what was generated, its effects in the cluster, and advice; ask about conflicts."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    from generator import Effect, GenerateResult, Side
    from generator.errors import Conflict, Fault


def record(result: GenerateResult) -> dict[str, object]:
    """Return the JSON document."""
    return {
        "files": result.files,
        "written": list(result.written),
        "removed": list(result.removed),
        "moved": result.moved,
        "effects": [effect._asdict() for effect in result.effects],
        "advice": [fault._asdict() for fault in result.advice],
        "notes": list(result.notes),
        **({"decided": dict(result.decided)} if result.decided else {}),
    }


def show(result: GenerateResult, *, done: bool = True) -> None:
    """Print every path that was (or, unless ``done``, would be) written, removed or moved."""
    wrote, removed, moved = ("wrote", "removed", "moved") if done else ("write", "remove", "move")
    for path in result.written:
        console.say(f"{console.paint(wrote.ljust(7), 'green')}  {path}")
    for path in result.removed:
        console.say(f"{console.paint(removed.ljust(7), 'yellow')}  {path}")
    for old, new in result.moved.items():
        console.say(f"{console.paint(moved.ljust(7), 'green')}  {old} → {new}")
    show_effects(result.effects)
    show_advice(result.advice)
    also = f", {len(result.removed)} {'' if done else 'to be '}removed" if result.removed else ""
    written = f"{len(result.written)} {'' if done else 'to be '}written{also}"
    done_or_not = written if result.written or result.removed else "nothing to do"
    console.say(f"{result.files} files: {done_or_not}{_decided(list(result.decided.values()))}")


def _decided(sides: Sequence[str]) -> str:
    """Return how many conflicts were decided, and for which side; empty if there was none."""
    if not sides:
        return ""
    counts = {side: sides.count(side) for side in sorted(set(sides))}
    told = ", ".join(counts) if len(counts) == 1 else ", ".join(f"{count} {side}" for side, count in counts.items())
    return f"; {len(sides)} conflict{'s' if len(sides) > 1 else ''} decided: {told}"


def show_effects(effects: Sequence[Effect]) -> None:
    """Print the effects in the cluster on standard error; nothing if there are none."""
    if not effects:
        return
    from generator import Effect

    for line in Effect.lines(effects):
        console.note(f"{console.paint('in the cluster:', 'yellow', sys.stderr)} {line}")


def show_advice(advice: Iterable[Fault]) -> None:
    """Print on standard error what is valid in the spec, but will probably not work."""
    for fault in advice:
        console.note(f"{console.paint('note:', 'yellow', sys.stderr)} {fault}")
        console.note(f"  {console.paint('hint:', 'blue', sys.stderr)} {fault.hint}")


def ask(conflict: Conflict) -> Side | None:
    """Ask which side of a conflict to keep. Return None if the user chooses neither side."""
    from generator import Side

    console.show_conflict(conflict)
    answers = {"l": Side.LOCAL, "u": Side.UPDATED, "n": None}
    while True:
        try:
            answer = input("keep [l]ocal, take [u]pdated, or [n]either for now? ").strip().lower()[:1]
        except EOFError:  # Standard input has ended.
            raise KeyboardInterrupt from None
        if answer in answers:
            return answers[answer]
