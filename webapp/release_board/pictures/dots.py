"""A chart with a dot for each deployment of some weeks, and a lane for each environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from release_board.metrics.lanes import Lane
from release_board.metrics.view import View
from release_board.pictures.clock import TimeAxis, day
from release_board.pictures.marks import APART, HALF, Mark, drawn, lanes, legend, linked, places_of
from release_board.pictures.svg import Href, element, fitting, label, picture

WIDTH: Final = 960.0
LEFT: Final = 150.0
RIGHT: Final = WIDTH - 16
# The largest number of rows for dots of the same time in a lane.
ROWS: Final = 8


def dots(view: View, environments: Sequence[str], href: Href) -> str:
    """Draw the deployments of a window. `href` gives the address of a change's evidence by its key."""
    axis = TimeAxis(view.window, LEFT + HALF, RIGHT - HALF)
    body: list[str] = []
    kinds: list[str] = []
    top, counted, older = 8.0, 0, 0
    for own, every in lanes(view, environments):
        marks = drawn(every)
        older += len(every) - len(marks)
        places = places_of(marks, axis, ROWS)
        rows = 1 + max((row for _, row in places), default=0)
        height = max(40.0, rows * APART + 16)
        middle = top + height / 2
        body.append(element("line", x1=LEFT, x2=RIGHT, y1=top + height, y2=top + height, class_="rule"))
        body += _names(own, every, middle)
        for mark, (x, row) in zip(marks, places, strict=True):
            body.append(linked(mark, x, middle + ((rows - 1) / 2 - row) * APART, href))
        kinds += [mark.kind for mark in marks]
        counted += sum(mark.kind not in ("apart", "unknown") for mark in every)
        top += height
    body = [*_grid(axis, top), *body, *legend(kinds, LEFT, top + 42, older)]
    title = f"Deployments of {view.app}, {day(view.window.begin)} to {day(view.window.end - 1)}"
    told = f"{counted} deployments in {len(set(environments))} environments; each leads to its evidence."
    return picture("dots", title, told, WIDTH, top + 54, *body)


def _names(own: Lane, marks: Sequence[Mark], middle: float) -> Iterator[str]:
    deployed = [mark for mark in marks if mark.kind not in ("apart", "unknown")]
    failed = sum(mark.kind == "failed" for mark in deployed)
    count = f"{len(deployed)}, {failed} failed" if failed else f"{len(deployed)} deployed"
    yield label(8, middle - 2, fitting(own.environment, LEFT - 20), "name")
    yield label(8, middle + 13, fitting(count if own.changes else "nothing known", LEFT - 20, 11), "quiet small")


def _grid(axis: TimeAxis, bottom: float) -> Iterator[str]:
    for x, name in axis.ticks():
        yield element("line", x1=x, x2=x, y1=8, y2=bottom, class_="grid")
        if x <= RIGHT - 20:
            yield label(x, bottom + 16, name, "quiet small", "middle")
