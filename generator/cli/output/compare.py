"""Print the differences between two environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import CompareResult, Difference

_WIDEST: Final = 48
# How many characters before the difference a cell shows.
_CONTEXT: Final = 12


def record(result: CompareResult) -> dict[str, object]:
    """Return the JSON document."""
    problems = [{"app": app, "reason": reason} for app, reason in result.problems.items()]
    return {
        "environments": list(result.environments),
        "differences": [_described(result.environments, difference) for difference in result.differences],
        **({"problems": problems} if problems else {}),
    }


def show(result: CompareResult, *, everything: bool) -> None:
    """Print the differences as a table, with the allowed ones only if ``everything``."""
    names = result.environments
    shown = [difference for difference in result.differences if everything or difference.allowed is None]
    hidden = len(result.differences) - len(shown)
    if shown:
        head = ("app", "object", "field", *names, *(["allowed by"] if everything else []))
        console.table(head, [_row(one, everything=everything) for one in shown])
    elif not result.problems:
        console.say(f"no {'other ' if hidden else ''}differences between {names[0]} and {names[1]}")
    for app, reason in result.problems.items():
        console.note(f"note: {app} is not compared: {reason}")
    if hidden:
        console.note(f"note: {hidden} allowed difference{'s' if hidden != 1 else ''} not shown: --all")


def _row(one: Difference, *, everything: bool) -> tuple[str, ...]:
    values = _short(*one.texts)
    return (one.app, one.manifest, one.field or "(all of it)", *values, *([one.allowed or "-"] if everything else []))


def _described(names: tuple[str, str], one: Difference) -> dict[str, object]:
    return {
        "app": one.app, "object": one.manifest, "field": one.field, "values": one.values(names), "allowed": one.allowed,
    }  # fmt: skip


def _short(*values: str) -> list[str]:
    """Return values that differ, cut to fit a table: from a few characters before the first difference."""
    lines = ["".join(letter if letter.isprintable() else " " for letter in value) for value in values]
    if max(map(len, lines)) > _WIDEST:
        parted = (index for index, letters in enumerate(zip(*lines, strict=False)) if len(set(letters)) > 1)
        start = next(parted, 0) - _CONTEXT
        lines = [f"…{line[start:]}" if start > 0 else line for line in lines]
    return [line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…" for line in lines]
