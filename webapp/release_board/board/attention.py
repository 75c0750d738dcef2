"""The urgency of the board's rows: failing first, then progressing, then waiting."""

from collections.abc import Iterable
from typing import Literal

from release_board.store.models import Cell

State = Literal["failing", "moving", "waiting", "pinned", "behind", "settled", "new"]
# In the order of the board.
STATES: tuple[State, ...] = ("failing", "moving", "waiting", "pinned", "behind", "settled", "new")
FAILING = {"Degraded", "Missing"}
MOVING = {"Progressing"}
UNRELEASED = "unreleased"


def state(cell: Cell) -> State:
    """Return the most urgent state of a cell."""
    if cell.problem or cell.live_health in FAILING:
        return "failing"
    if cell.live_health in MOVING or cell.live_sync == "OutOfSync":
        return "moving"
    if cell.request:
        return "waiting"
    if cell.pin_reason is not None:
        return "pinned"
    if cell.tag in {None, UNRELEASED}:
        return "new"
    return "behind" if cell.behind else "settled"


def attention(cells: Iterable[Cell]) -> int:
    """Return the index in `STATES` of a row's most urgent cell."""
    return min((STATES.index(state(cell)) for cell in cells), default=len(STATES))
