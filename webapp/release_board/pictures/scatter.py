"""A chart of lead times: a dot for each commit that reached production, and a rising line for each that waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from release_board.metrics.records import SourceCommit, Window
from release_board.metrics.results import Durations, Open, Point
from release_board.pictures.clock import DurationAxis, TimeAxis, day, duration, duration_axis, moment
from release_board.pictures.svg import Href, element, label, picture, titled, wide

WIDTH: Final = 960.0
HEIGHT: Final = 380.0
LEFT: Final = 70.0
# Space for the labels of the lines on the right.
RIGHT: Final = WIDTH - 130
TOP: Final = 16.0
BOTTOM: Final = HEIGHT - 64
# The largest number of waiting commits in the chart, those that wait longest; the rest is counted.
GROWING: Final = 60
# So many that came are drawn, the last ones; the values are those of all.
POINTS: Final = 1000
CORNERS: Final = 8


def scatter(lead: Durations, window: Window, app: str, href: Href) -> str:
    """Draw lead times over the days on which they ended. `href` gives the address of a deployment by its key."""
    times = TimeAxis(window, LEFT + 6, RIGHT)
    known = [*(point.seconds for point in lead.points), *(each.seconds for each in lead.open)]
    axis = duration_axis(min(known, default=600), max(known, default=86_400), BOTTOM, TOP)
    body = [*_grid(times, axis)]
    growing = sorted(lead.open, key=lambda each: (each.start, each.key))[:GROWING]
    for each in growing:
        body.append(_grow(each, times, axis, window, href))
    points = sorted(lead.points, key=lambda point: point.end)[-POINTS:]
    for point in points:
        dot = element("circle", cx=times.x(point.end), cy=axis.y(point.seconds), r=4, class_="mark delivered")
        body.append(titled(_text(point), dot, href=href(point.key)))
    body += _levels(lead, axis)
    if lead.why:
        body.append(label((LEFT + RIGHT) / 2, TOP + 20, f"Unknown: {lead.why}", "over-lines", "middle"))
    body += _legend(lead, len(lead.points) - len(points), len(lead.open) - len(growing))
    until = "until it ran" if lead.clock == "running" else "to git"
    title = f"Change lead time of {app} ({until}), {day(window.begin)} to {day(window.end - 1)}"
    return picture("scatter", title, _summary(lead), WIDTH, HEIGHT, *body)


def _summary(lead: Durations) -> str:
    if lead.median is None or lead.p90 is None:
        told = f"Unknown: {lead.why}."
    else:
        told = f"Median {duration(lead.median)}, nine in ten within {duration(lead.p90)}, of {lead.n} commits."
    return f"{told} {len(lead.open)} commits wait."


def _text(point: Point) -> str:
    return f"{duration(point.seconds)}: {_commit(point.commit)}in {point.key.environment} on {moment(point.end)}"


def _commit(commit: SourceCommit | None) -> str:
    if commit is None:
        return ""
    by = f" by {commit.author}" if commit.author else ""
    return f"{commit.id[:10]} {commit.subject[:80]}{by}, "


def _grow(each: Open, times: TimeAxis, axis: DurationAxis, window: Window, href: Href) -> str:
    """Draw how the age of a waiting commit grew, from when it was committed to the end of the window."""
    begin = max(each.start + axis.least, float(window.begin))
    steps = [begin + (each.until - begin) * corner / CORNERS for corner in range(CORNERS + 1)]
    path = "L".join(f"{times.x(at):.0f} {axis.y(at - each.start):.1f}" for at in steps)
    end = element("circle", cx=times.x(each.until), cy=axis.y(each.seconds), r=4, class_="mark growing")
    text = f"{duration(each.seconds)} and growing: {_commit(each.commit)}{each.reason}"
    return titled(text, element("path", d=f"M{path}", class_="growing-line"), end, href=href(each.key))


def _levels(lead: Durations, axis: DurationAxis) -> Iterator[str]:
    """Draw the median and the ninth decile, with names that do not touch."""
    if lead.median is None or lead.p90 is None:
        return
    middle, upper = axis.y(lead.median), axis.y(lead.p90)
    names = (max(middle, upper + 8) + 4, min(upper, middle - 8) + 4)
    for class_, y, at, name in (
        ("median", middle, names[0], f"median {duration(lead.median)}"),
        ("ninth", upper, names[1], f"90 % {duration(lead.p90)}"),
    ):
        yield element("line", x1=LEFT, x2=RIGHT, y1=y, y2=y, class_=class_)
        yield label(RIGHT + 10, at, name, "small")


def _grid(times: TimeAxis, axis: DurationAxis) -> Iterator[str]:
    for y, name in axis.ticks():
        yield element("line", x1=LEFT, x2=RIGHT, y1=y, y2=y, class_="grid")
        yield label(LEFT - 8, y + 4, name, "quiet small", "end")
    for x, name in times.ticks():
        yield element("line", x1=x, x2=x, y1=TOP, y2=BOTTOM, class_="grid")
        yield label(x, BOTTOM + 17, name, "quiet small", "middle")


def _legend(lead: Durations, older: int, more: int) -> Iterator[str]:
    x, y = LEFT, HEIGHT - 16
    waiting = "still waiting" + (f" ({more} more are not drawn)" if more else "")
    unknown = sum(part.count for part in lead.unknown)
    for present, class_, name in (
        (lead.points, "mark delivered", "deployed" + (f" ({older} older ones are not drawn)" if older else "")),
        (lead.open, "mark growing", waiting),
    ):
        if present:
            yield element("circle", cx=x + 5, cy=y - 4, r=4, class_=class_)
            yield label(x + 16, y, name, "quiet")
            x += 34 + wide(name)
    if unknown:
        yield label(x, y, f"{unknown} unknown", "quiet")
