"""A calendar: the days of a year with the number of deployments on each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from release_board.metrics.records import Window
from release_board.metrics.view import View
from release_board.metrics.weeks import DAY, WEEK, day_of, week_of
from release_board.pictures.clock import MONTHS, day
from release_board.pictures.svg import Href, element, label, picture, titled

CELL: Final = 16.0
LEFT: Final = 44.0
TOP: Final = 24.0
# The largest number of weeks that a year has a part in.
COLUMNS: Final = 54
# The lowest number of deployments for each size: days with one deployment are small, not only pale.
SIZES: Final = ((1, 7.5), (2, 9.5), (4, 11.5), (7, 14.0))


def year(number: int, until: int) -> Window:
    """Return the window of a year, for a view, up to `until`, which is now."""
    begin, end = (int(datetime(one, 1, 1, tzinfo=UTC).timestamp()) for one in (number, number + 1))
    return Window(begin, max(begin, min(end, until)))


def calendar(view: View, href: Href) -> str:
    """Draw the days of a view's window of a year. `href` gives the address of a day's deployments by its beginning."""
    counts: dict[int, list[bool]] = {}
    failed = {one.change.key for judgement in view.judgements for one in judgement.failed}
    for change in view.deployments:
        counts.setdefault(day_of(change.landed), []).append(change.key in failed)
    first = week_of(view.window.begin)
    body = [*_names(view.window, first)]
    for at in range(day_of(view.window.begin), view.window.end, DAY):
        x, y = LEFT + (at - first) // WEEK * CELL, TOP + (at - first) % WEEK // DAY * CELL
        if at in counts:
            body.append(_day(at, counts[at], x, y, href))
        elif view.life and at + DAY > view.life.begin and at < view.life.end:
            body.append(element("rect", x=x + 1, y=y + 1, width=CELL - 2, height=CELL - 2, class_="empty"))
    body += _legend(TOP + 7 * CELL + 22)
    where = " and ".join(view.production)
    named = datetime.fromtimestamp(view.window.begin, UTC).year
    title = f"Deployments of {view.app} to {where} in {named}"
    return picture("calendar", title, _summary(view, counts), LEFT + COLUMNS * CELL + 8, TOP + 7 * CELL + 34, *body)


def _summary(view: View, counts: dict[int, list[bool]]) -> str:
    if view.why_none:
        return f"Unknown: {view.why_none}."
    return f"{sum(map(len, counts.values()))} deployments on {len(counts)} days; weeks begin on Monday, in UTC."


def _day(at: int, failures: list[bool], x: float, y: float, href: Href) -> str:
    count, failed = len(failures), sum(failures)
    size = [size for least, size in SIZES if count >= least][-1]
    corner = (CELL - size) / 2
    square = element(
        "rect", x=x + corner, y=y + corner, width=size, height=size, class_="day failed" if failed else "day"
    )
    text = f"{day(at)}: {count} deployment{'s' if count > 1 else ''}" + (f", {failed} failed" if failed else "")
    around = element("rect", x=x + 1, y=y + 1, width=CELL - 2, height=CELL - 2, class_="empty")
    return titled(text, around, square, _cross(x, y, corner) if failed else "", href=href(at))


def _cross(x: float, y: float, corner: float) -> str:
    low, high = corner + 1.5, CELL - corner - 1.5
    d = f"M{x + low:g} {y + low:g}L{x + high:g} {y + high:g}M{x + low:g} {y + high:g}L{x + high:g} {y + low:g}"
    return element("path", d=d, class_="over")


def _names(window: Window, first: int) -> Iterator[str]:
    for number, name in ((0, "Mon"), (2, "Wed"), (4, "Fri"), (6, "Sun")):
        yield label(LEFT - 8, TOP + number * CELL + 12, name, "quiet small", "end")
    for number, name in enumerate(MONTHS, 1):
        at = int(datetime(datetime.fromtimestamp(window.begin, UTC).year, number, 1, tzinfo=UTC).timestamp())
        yield label(LEFT + (at - first) // WEEK * CELL, TOP - 9, name, "quiet small")


def _legend(y: float) -> Iterator[str]:
    x = LEFT
    for (least, size), after in zip(SIZES, [*(one[0] for one in SIZES[1:]), None], strict=True):
        name = f"{least}+" if after is None else f"{least}" if after == least + 1 else f"{least} to {after - 1}"
        yield element("rect", x=x + 8 - size / 2, y=y - 4 - size / 2, width=size, height=size, class_="day")
        yield label(x + 20, y, name, "quiet small")
        x += 64
    yield element("rect", x=x + 1.2, y=y - 10.8, width=13.5, height=13.5, class_="day failed")
    yield _cross(x, y - 12, 1.2)
    yield label(x + 20, y, "with a failed one", "quiet small")
    yield element("rect", x=x + 150, y=y - 11, width=14, height=14, class_="empty")
    yield label(x + 170, y, "none", "quiet small")
