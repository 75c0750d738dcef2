"""A release train chart: environments are lanes, and each release has a line from lane to lane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from release_board.metrics.lanes import Lane, same_image
from release_board.metrics.records import Change, Key
from release_board.metrics.view import View
from release_board.pictures.clock import TimeAxis, day
from release_board.pictures.marks import APART, HALF, Mark, drawn, lanes, legend, linked, places_of
from release_board.pictures.svg import Href, element, fitting, label, picture, wide

WIDTH: Final = 960.0
LEFT: Final = 110.0
RIGHT: Final = WIDTH - 16
TOP: Final = 34.0
# The distance between lanes.
STEP: Final = 76.0
SIZE: Final = 11.0
# The largest number of rows for marks of the same time in a lane.
ROWS: Final = 3


def train(view: View, environments: Sequence[str], href: Href) -> str:
    """Return the chart of releases in a window, with the first environment at the top.

    `href` gives the address of a change's evidence by its key.
    """
    axis = TimeAxis(view.window, LEFT + HALF, RIGHT - HALF)
    every = [(own, _images(marks)) for own, marks in lanes(view, environments)]
    shown = [(own, drawn(marks)) for own, marks in every]
    older = sum(len(marks) for _, marks in every) - sum(len(marks) for _, marks in shown)
    body: list[str] = []
    for number, (own, _) in enumerate(shown):
        body.append(element("line", x1=LEFT, x2=RIGHT, y1=_y(number), y2=_y(number), class_="rule"))
        body.append(label(8, _y(number) + 4, fitting(own.environment, LEFT - 16), "name"))
    rows: Rows = {}
    for _, marks in shown:
        places = places_of(marks, axis, ROWS)
        rows |= {mark.key: row * APART for mark, (_, row) in zip(marks, places, strict=True)}
    for number, (own, marks) in enumerate(shown):
        body += _lines(shown[:number], marks, number, axis, rows)
        body += _going_on(own, shown[number + 1 :], number, axis, view)
    for number, (_, marks) in enumerate(shown):
        for mark in marks:
            body.append(linked(mark, axis.x(mark.change.landed), _y(number) + rows[mark.key], href))
        body += _tags(marks, number, axis)
    bottom = _y(max(0, len(shown) - 1)) + 26
    kinds = [mark.kind for _, marks in shown for mark in marks]
    body = [*_grid(axis, bottom), *body, *legend(kinds, LEFT, bottom + 40, older)]
    title = f"Releases of {view.app} on their way, {day(view.window.begin)} to {day(view.window.end - 1)}"
    arrived = sum(mark.kind != "back" for mark in every[-1][1]) if every else 0
    last = shown[-1][0].environment if shown else "the last environment"
    return picture("train", title, f"{arrived} releases came to {last}.", WIDTH, bottom + 52, *body)


def _y(number: int) -> float:
    return TOP + number * STEP


def _images(marks: Sequence[Mark]) -> list[Mark]:
    return [mark for mark in marks if mark.change.image_changed and mark.change.action != "removed"]


# The distance of each mark below its lane.
Rows = dict[Key, float]
Drawn = Sequence[tuple[Lane, list[Mark]]]


def _lines(before: Drawn, marks: Sequence[Mark], number: int, axis: TimeAxis, rows: Rows) -> Iterator[str]:
    """Draw where each release of a lane came from: the nearest lane before that had it."""
    for mark in marks:
        if mark.kind == "back":
            continue
        for earlier in range(number - 1, -1, -1):
            had = _last(before[earlier][0], mark.change)
            if had:
                x1, y1 = axis.x(had.landed), _y(earlier) + rows.get(had.key, 0)
                x2, y2 = axis.x(mark.change.landed), _y(number) + rows[mark.key]
                half = (y1 + y2) / 2
                d = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {half:.0f} {x2:.0f} {half:.0f} {x2:.0f} {y2:.0f}"
                yield element("path", d=d, class_="line failed" if mark.kind == "failed" else "line")
                break


def _last(own: Lane, release: Change) -> Change | None:
    """Return when a lane last got a release, before another one did."""
    changes = (step.change for step in reversed(own.steps))
    return next((one for one in changes if one.landed <= release.landed and same_image(one, release)), None)


def _going_on(own: Lane, after: Drawn, number: int, axis: TimeAxis, view: View) -> Iterator[str]:
    """Yield a line to the end of the window for a release that a lane has, but the next lane does not have yet."""
    has = [step.change for step in own.steps if step.change.landed < view.window.end]
    if has and after and has[-1].tag is not None:
        nexts = [step.change for step in after[0][0].steps if step.change.landed < view.window.end]
        if not any(same_image(has[-1], one) for one in nexts):
            x = axis.x(has[-1].landed)
            yield element("line", x1=x, x2=RIGHT, y1=_y(number), y2=_y(number), class_="waiting-line")


def _tags(marks: Sequence[Mark], number: int, axis: TimeAxis) -> Iterator[str]:
    """Yield the labels of a lane's releases, the newest first, if there is room."""
    free = RIGHT
    for mark in reversed(marks):
        name = fitting(mark.change.tag or "", 120, SIZE)
        width = wide(name, SIZE)
        left = min(axis.x(mark.change.landed) + HALF, RIGHT - width)
        if name and mark.kind != "back" and left + width <= free:
            yield label(left, _y(number) - 8, name, "small over-lines")
            free = left - 6


def _grid(axis: TimeAxis, bottom: float) -> Iterator[str]:
    for x, name in axis.ticks():
        yield element("line", x1=x, x2=x, y1=8, y2=bottom, class_="grid")
        if x <= RIGHT - 20:
            yield label(x, bottom + 15, name, "quiet small", "middle")
