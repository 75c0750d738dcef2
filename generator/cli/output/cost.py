"""Print what a month costs: by environment and app, the most expensive lines, and what is not counted."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import CostLine, Estimate

_CENT: Final = Decimal("0.01")
# The words in tables for how certain a price is.
_SURE: Final = {"own": "own price", "A": "list price", "B": "list price", "C": "estimate"}


def show(found: Estimate, *, lines: bool, as_json: bool) -> None:
    """Print tables, or one JSON document."""
    if as_json:
        console.emit(_record(found))
        return
    if lines:
        _table_of_lines(found)
    else:
        _table(found)
        console.say("\nThe most expensive lines, and how to reduce them:")
        for one in found.dearest:
            console.say(f"  {_dollars(one.most):>9}  {_place(one)}: {one.what}\n{'':13}{one.switch}")
    _notes(found)


def _table(found: Estimate) -> None:
    rows = [
        (one.place, one.app or "-", _dollars(one.least), _dollars(one.most), _SURE[one.grade]) for one in found.totals()
    ]
    every = ("all", "", _dollars(found.least), _dollars(found.most), "")
    console.table(("environment", "app", "from $", "to $", "by"), [*rows, every])


def _table_of_lines(found: Estimate) -> None:
    console.table(
        ("environment", "app", "what", "from $", "to $", "by", "with less, or without"),
        [(one.place, one.app or "-", one.what, *_span(one), _SURE[one.grade], one.switch) for one in found.lines],
    )


def _notes(found: Estimate) -> None:
    low, high = found.spread
    console.say(f"\nDollars a month, as on {found.day}, by list prices of us-east-1 of {found.date}.")
    if high != 1:
        console.say(f"For {found.region} they are taken {low:f} to {high:f} times: an estimate.")
    console.say("Not counted:")
    for one in found.not_counted:
        console.say(f"  {one}")
    for line in found.missing:
        hint = f"say it in `infra: {{prices: {{{line.missing}: …}}}}`"
        console.note(f"note: {_place(line)}: {line.what}: no price is known, and none counted; {hint}")


def _place(line: CostLine) -> str:
    return f"{line.place} {line.app}" if line.app else line.place


def _span(line: CostLine) -> tuple[str, str]:
    return ("?", "?") if line.missing else (_dollars(line.least), _dollars(line.most))


def _dollars(amount: Decimal) -> str:
    return f"{amount.quantize(_CENT, ROUND_HALF_UP):,}"


def _number(amount: Decimal) -> float:
    return float(amount.quantize(_CENT, ROUND_HALF_UP))


def _record(found: Estimate) -> dict[str, object]:
    return {
        "date": found.date,
        "day": found.day,
        "region": found.region,
        "currency": "USD",
        "spread": [float(one) for one in found.spread],
        "least": _number(found.least),
        "most": _number(found.most),
        "totals": [
            {
                **{"environment": one.place, "app": one.app or None},
                **{"least": _number(one.least), "most": _number(one.most), "grade": one.grade},
            }
            for one in found.totals()
        ],
        "lines": [_line(one) for one in found.lines],
        "dearest": [_line(one) for one in found.dearest],
        "not_counted": list(found.not_counted),
    }


def _line(line: CostLine) -> dict[str, object]:
    priced = not line.missing
    return {
        **{"environment": line.place, "app": line.app or None, "what": line.what},
        "least": _number(line.least) if priced else None,
        "most": _number(line.most) if priced else None,
        **{"grade": line.grade, "switch": line.switch, "missing": line.missing or None},
    }
