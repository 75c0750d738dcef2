"""Shapes for what happened to a deployment: kinds differ by shape, not by colour only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from release_board.metrics.failures import Judgement
from release_board.metrics.lanes import Lane
from release_board.metrics.records import Change, Key
from release_board.metrics.view import View, configuration
from release_board.pictures.clock import TimeAxis, moment
from release_board.pictures.svg import Href, element, label, titled, wide

# The kinds in the order of a legend, with their names there.
KINDS: Final = {
    "delivered": "delivered",
    "failed": "failed",
    "back": "rollback",
    "hotfix": "hotfix",
    "apart": "no new image",
    "unknown": "unknown",
}
# Half of a mark's width, and the distance between marks of the same time.
HALF: Final = 5.0
APART: Final = 2 * HALF + 2
# So many marks of an environment are drawn, the last ones.
MARKS: Final = 400
ACTIONS: Final = {"promoted": "promoted to", "removed": "removed from"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A change of an environment in a chart."""

    change: Change
    kind: str
    text: str

    @property
    def key(self) -> Key:
        """Return the key of the change in evidence."""
        return self.change.key


def shape(kind: str, x: float, y: float) -> str:
    """Return the shape of a kind with its centre at (x, y)."""
    h = HALF
    class_ = f"mark {kind}"
    if kind == "failed":
        d = f"M{_at(x - h, y - h)}L{_at(x + h, y + h)}M{_at(x - h, y + h)}L{_at(x + h, y - h)}"
    elif kind == "back":
        return element("rect", x=x - h + 0.5, y=y - h + 0.5, width=2 * h - 1, height=2 * h - 1, class_=class_)
    elif kind == "hotfix":
        d = f"M{_at(x, y - h)}L{_at(x + h, y + h)}L{_at(x - h, y + h)}Z"
    elif kind == "unknown":
        d = f"M{_at(x, y - h)}L{_at(x + h, y)}L{_at(x, y + h)}L{_at(x - h, y)}Z"
    else:
        return element("circle", cx=x, cy=y, r=h if kind == "delivered" else h - 1.5, class_=class_)
    return element("path", d=d, class_=class_)


def _at(x: float, y: float) -> str:
    return f"{round(x, 1):g} {round(y, 1):g}"


def linked(mark: Mark, x: float, y: float, href: Href) -> str:
    """Return a mark with a title and a link to its evidence."""
    return titled(mark.text, shape(mark.kind, x, y), href=href(mark.key))


def places_of(marks: Sequence[Mark], axis: TimeAxis, rows: int) -> list[tuple[float, int]]:
    """Return (position, row) of each mark. Marks in a row do not touch if there is room."""
    last: list[float] = []
    found: list[tuple[float, int]] = []
    for mark in marks:
        x = axis.x(mark.change.landed)
        row = next((row for row, before in enumerate(last) if x - before >= APART), len(last))
        if row == len(last) and row < rows:
            last.append(x)
        row = min(row, rows - 1)
        last[row] = x
        found.append((x, row))
    return found


def drawn(marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks of an environment that a picture has room for."""
    return sorted(marks, key=lambda mark: mark.change.landed)[-MARKS:] if len(marks) > MARKS else list(marks)


def legend(kinds: Iterable[str], left: float, y: float, older: int = 0) -> Iterator[str]:
    """Explain the kinds that a picture has, in a line, and tell how many `older` marks it leaves out."""
    present = set(kinds)
    for kind, name in KINDS.items():
        if kind in present:
            yield shape(kind, left + HALF, y - 4)
            yield label(left + 16, y, name, "quiet")
            left += 16 + wide(name) + 18
    if older:
        yield label(left, y, f"{older} older ones are not drawn", "quiet")


def lanes(view: View, environments: Iterable[str]) -> Iterator[tuple[Lane, list[Mark]]]:
    """Yield the lanes of an app in these environments, with the marks of the window's changes."""
    for environment in dict.fromkeys(environments):
        own = view.lane(environment)
        yield own, list(_marks(own, view.judgement(environment), view))


def _marks(own: Lane, judgement: Judgement, view: View) -> Iterator[Mark]:
    failed = {one.change.key for one in judgement.failed}
    excused = {one.change.key for one in judgement.taken_out}
    deployed = {one.key for one in own.deployments}
    for change in own.changes:
        if change.landed not in view.window:
            continue
        key, notes = change.key, []
        kind = "delivered"
        if change.action == "unknown":
            kind = "unknown"
        elif key not in deployed and not (view.options.count_configuration and configuration(change)):
            kind = "delivered" if change.action == "generated" else "apart"
        if key in judgement.hotfixes:
            kind, notes = "hotfix", ["declared a hotfix"]
        if key in own.back:
            kind = "back"
            notes.append("went back to an image that ran before")
        if key in failed:
            kind = "failed"
            notes.append("failed")
        if key in excused:
            notes.append("said not to have failed")
        yield Mark(change, kind, _text(change, notes))


def _text(change: Change, notes: list[str]) -> str:
    """Return the text of a mark: the release, the environment, the author, the time, and notes."""
    release = change.tag or (change.digest or "")[:19] or change.app
    what = ACTIONS.get(change.action, f"{change.action} in")
    if change.action == "promoted" and not change.image_changed:
        what = "configuration promoted to"
    by = f" by {change.author}" if change.author else ""
    return "; ".join([f"{release} {what} {change.environment}{by}, {moment(change.landed)}", *notes])
