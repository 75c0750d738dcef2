"""The content of a cell's page: its release, the commits since then with their authors, and pages of its history.

The number of queries does not depend on the history: each page of it is a range of the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.board.rows import environments
from release_board.store.event_log import Span, get_log
from release_board.store.models import App, Cell, Event, SourceCommit, SourceRange
from release_board.store.texts import whole

PAGE = 25
# The largest number of commits; pages say if there are more.
COMMITS = 20

Mark = Literal["rolled back", "pinned", "unpinned", "edited", "removed"]
# Actions other than usual releases; pages mark them.
MARKS: tuple[Mark, ...] = ("rolled back", "pinned", "unpinned", "edited", "removed")


@dataclass(frozen=True)
class Position:
    """An event's place in the history; the next page starts there."""

    at: int
    number: int

    def __str__(self) -> str:
        return f"{self.at}-{self.number}"

    @classmethod
    def parsed(cls, text: str) -> "Position | None":
        """Return the position from its `str`; None for other texts."""
        at, _, number = text.partition("-")
        begins, last = whole(at, 18), whole(number, 18)
        return None if begins is None or last is None else cls(begins, last)


@dataclass(frozen=True)
class History:
    """A page of events, the newest first; `next` is the start of the following page."""

    events: Sequence[Event]
    next: Position | None


@dataclass(frozen=True)
class Since:
    """Commits of the app's sources that `environment` has, but the cell does not; `unknown` says why they are unknown.

    `more` tells whether there are further commits.
    """

    environment: str
    commits: Sequence[SourceCommit] = ()
    more: bool = False
    unknown: str | None = None

    @property
    def authors(self) -> Sequence[str]:
        """Return each author once, the newest first."""
        return list(dict.fromkeys(one.author for one in self.commits))


@dataclass(frozen=True)
class CellPage:
    """A cell with the data of its page. `event` brought its image; `before` is the cell of the environment before."""

    app: App
    cell: Cell
    environments: Sequence[str]
    event: Event | None
    build: str | None
    source: str | None
    before: Cell | None
    since: Since | None
    history: History


def cell_page(session: Session, app: str, environment: str, start: Position | None = None) -> CellPage | None:
    """Return the data of a cell's page; None if there is no such cell."""
    there = session.get(App, app)
    cells = {cell.environment: cell for cell in session.scalars(select(Cell).where(Cell.app == app))}
    cell = cells.get(environment)
    if there is None or cell is None:
        return None
    names = environments(session)
    before = _before(cell, cells, names)
    event, build, source = _brought(session, cell)
    since = _since(session, cell, source, before) if before is not None and cell.behind else None
    history = cell_history(session, app, environment, start)
    return CellPage(there, cell, names, event, build, source, before, since, history)


def cell_history(
    session: Session,
    app: str,
    environment: str,
    start: Position | None,
    since: int | None = None,
    until: int | None = None,
) -> History:
    """Return a page of a cell's events between `since` and `until` that are older than `start`."""
    span = Span(since, until, (start.at, start.number) if start else None)
    found = get_log().of_cell(session, app, environment, span, PAGE + 1)
    more = len(found) > PAGE
    events = found[:PAGE]
    return History(events, Position(events[-1].at, events[-1].id) if more else None)


def mark(event: Event) -> Mark | None:
    """Return the mark of an event that is no usual release; None for a usual release."""
    return next((name for name in MARKS if name == event.action), None)


def reason(event: Event) -> str | None:
    """Return why it was done: by the pin that came or went with it, or by the message of a hand edit."""
    if event.pin != event.before_pin:
        return event.pin or event.before_pin
    return event.subject if event.action in {"edited", "removed", "rolled back"} else None


def _before(cell: Cell, cells: dict[str, Cell], names: Sequence[str]) -> Cell | None:
    """Return the cell of the environment that this one is compared with, or else of the one before it in the order."""
    if cell.behind or cell.ahead:
        return cells.get(cell.behind or cell.ahead or "")
    earlier = names[: names.index(cell.environment)] if cell.environment in names else []
    return next((cells[name] for name in reversed(earlier) if name in cells), None)


def _brought(session: Session, cell: Cell) -> tuple[Event | None, str | None, str | None]:
    """Return the event that brought a cell's image, its build and its source commit.

    If that event does not name build and source (a rollback's does not), they come from an earlier event with the same
    image.
    """
    event = None
    if cell.commit:
        same = (Event.app == cell.app, Event.environment == cell.environment, Event.commit == cell.commit)
        event = session.scalar(select(Event).where(*same))
    source = event.source if event else None
    build = event.build if event else None
    if source is None and cell.tag is not None:
        source, earlier = origin(session, cell)
        build = build or earlier
    return event, build, source


def origin(session: Session, cell: Cell) -> tuple[str | None, str | None]:
    """Return the source commit and the build of a cell's image, from any event of the app with that image."""
    same = [Event.app == cell.app, Event.tag == cell.tag, Event.source.is_not(None)]
    same.append(Event.digest == cell.digest if cell.digest else Event.digest.is_(None))
    found = session.execute(select(Event.source, Event.build).where(*same).order_by(Event.id.desc()).limit(1)).first()
    return (found.source, found.build) if found else (None, None)


def _since(session: Session, cell: Cell, source: str | None, before: Cell) -> Since:
    """Return the commits between the cell's build and the one of the environment before."""
    newer, _ = origin(session, before)
    nameless = [one.environment for one, found in ((cell, source), (before, newer)) if found is None]
    if source is None or newer is None:
        what = f"the build in {' and the one in '.join(nameless)} names no source commit"
        return Since(before.environment, unknown=what)
    return commits_between(session, cell.app, before.environment, source, newer)


def commits_between(session: Session, app: str, environment: str, older: str, newer: str) -> Since:
    """Return the commits of an app's sources between `older` and `newer`; `environment` has `newer`."""
    between = session.get(SourceRange, (app, older, newer))
    if older == newer:
        return Since(environment)
    if between is None:
        return Since(environment, unknown="the app's sources between both builds have not been read")
    if between.unknown:
        return Since(environment, unknown=between.unknown)
    same = (SourceCommit.app == app, SourceCommit.before == older, SourceCommit.after == newer)
    ordered = select(SourceCommit).where(*same).order_by(SourceCommit.seconds.desc(), SourceCommit.commit)
    found = list(session.scalars(ordered.limit(COMMITS + 1)))
    return Since(environment, found[:COMMITS], more=len(found) > COMMITS)
