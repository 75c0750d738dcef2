"""The activity of all apps: one entry for each commit, the newest first, page by page.

Each page reads a limited number of events, with an index for each filter. If a filter can match in several columns,
there is a query for each column, so that each can use its index.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, tuple_, union
from sqlalchemy.orm import Session

from release_board.board.cell import MARKS, Position
from release_board.board.finding import is_commit
from release_board.store.models import Event
from release_board.store.texts import begins, whole

PAGE = 50
# The number of events for a page. A commit with thousands of events makes a page with fewer entries.
READ = 400
CELLS = 12
ACTIONS = ("released", "promoted", "rolled back", "pinned", "unpinned", "edited", "generated", "removed", "unknown")


@dataclass(frozen=True)
class Filter:
    """The filter of a user; an empty one matches everything. `since` and `until` are seconds; `until` is excluded.

    `text` is a commit (or its beginning), a tag, a build or its number.
    """

    app: str = ""
    environment: str = ""
    action: str = ""
    person: str = ""
    since: int | None = None
    until: int | None = None
    text: str = ""


@dataclass
class Entry:
    """A commit with its first matching cells; `total` is the number of all of them."""

    commit: str
    at: int
    author: str
    subject: str
    total: int
    lowest: int
    cells: list[Row[Any]] = field(default_factory=list)

    @property
    def marks(self) -> Sequence[str]:
        """Return the marks of its events that are no usual releases."""
        there = {row.action for row in self.cells}
        return [mark for mark in MARKS if mark in there]

    @property
    def reasons(self) -> Sequence[str]:
        """Return the reasons of its events, each once."""
        return list(dict.fromkeys(text for row in self.cells if (text := why(row))))

    @property
    def title(self) -> str:
        """Return the title of the entry in a feed."""
        groups: dict[tuple[str, str, str | None], list[str]] = {}
        for row in self.cells:
            groups.setdefault((row.action, row.app, row.tag), []).append(row.environment)
        parts = [_said(*group, places) for group, places in groups.items()]
        rest = self.total - len(self.cells)
        return "; ".join([*parts[:3], *([f"{len(parts) - 3} more"] if len(parts) > 3 or rest else [])])


@dataclass(frozen=True)
class Activity:
    """A page of entries; `next` is the start of the following page."""

    entries: Sequence[Entry]
    next: Position | None


def activity(session: Session, wanted: Filter, before: Position | None = None) -> Activity:
    """Return a page of matching entries older than `before`, with two SQL statements."""
    rows = session.execute(_places(session, wanted, before)).all()
    commits = list(dict.fromkeys(row.commit for row in rows))
    more = len(commits) > PAGE or len(rows) > READ
    entries = _entries(session, wanted, commits[:PAGE])
    last = entries[-1] if entries and more else None
    return Activity(entries, Position(last.at, last.lowest) if last else None)


def events(session: Session, wanted: Filter, before: Position | None, limit: int) -> Sequence[Event]:
    """Return matching events older than `before`, the newest first, with two SQL statements."""
    places = session.execute(_places(session, wanted, before, limit)).all()
    found = session.scalars(select(Event).where(Event.id.in_([row.id for row in places])))
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def why(row: Row[Any]) -> str:
    """Return the reason of a pin or a rollback, or the message of a hand edit without its first line."""
    if row.reason or row.action == "unpinned":
        return str(row.reason or "")
    if row.action in {"edited", "removed", "rolled back"}:
        return str(row.message).partition("\n")[2].strip().partition("\n\n")[0].strip()[:500]
    return ""


def moment_of(text: str, *, end: bool = False) -> int | None:
    """Return the seconds of a day or a time in ISO 8601, in UTC by default; None for other texts.

    A day means its start or, with `end`, its end.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return int((found + timedelta(days=end and len(text) <= len("2026-01-31"))).timestamp())
    except OverflowError:
        return None


def _places(session: Session, wanted: Filter, before: Position | None, limit: int | None = None) -> Any:
    """Return a query for time, number and commit of the newest matching events."""
    columns = (Event.at, Event.id, Event.commit)
    limit = limit or READ + 1
    fixed = _fixed(wanted)
    if before is not None:
        fixed.append(tuple_(Event.at, Event.id) < tuple_(before.at, before.number))
    order = (Event.at.desc(), Event.id.desc())
    parts = [
        select(*columns).where(*fixed, *each).order_by(*order).limit(limit).subquery()
        for each in _alternatives(session, wanted)
    ]
    found = union(*(select(part) for part in parts)).subquery()
    return select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(limit)


def _entries(session: Session, wanted: Filter, commits: Sequence[str]) -> list[Entry]:
    """Return an entry for each of these commits, in the same order."""
    window: dict[str, Any] = {"partition_by": Event.commit}
    query = select(
        *Event.__table__.columns,
        func.row_number().over(**window, order_by=Event.id).label("place"),
        func.count().over(**window).label("total"),
        func.min(Event.id).over(**window).label("lowest"),
    )
    matching = or_(*(_all(each) for each in _alternatives(session, wanted)))
    inner = query.where(Event.commit.in_(commits), *_fixed(wanted), matching).subquery()
    found: dict[str, Entry] = {}
    for row in session.execute(select(inner).where(inner.c.place <= CELLS).order_by(inner.c.id)):
        new = Entry(row.commit, row.at, row.origin_author, row.subject, row.total, row.lowest)
        found.setdefault(row.commit, new).cells.append(row)
    return [found[commit] for commit in commits if commit in found]


def _fixed(wanted: Filter) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = []
    for column, value in (
        (Event.app, wanted.app),
        (Event.environment, wanted.environment),
        (Event.action, wanted.action),
    ):
        if value:
            parts.append(column == value)
    if wanted.since is not None:
        parts.append(Event.at >= wanted.since)
    if wanted.until is not None:
        parts.append(Event.at < wanted.until)
    return parts


def _alternatives(session: Session, wanted: Filter) -> list[list[ColumnElement[bool]]]:
    """Return groups of conditions; an event must match one group, and each group has its own index."""
    person = [[Event.origin_author == wanted.person], [Event.author == wanted.person]] if wanted.person else [[]]
    text = wanted.text
    if not text:
        return person
    found: list[ColumnElement[bool]] = [Event.tag == text, Event.build == text]
    number = whole(text, 18)
    if number is not None:
        found.append(Event.build_number == number)
    if is_commit(text):
        found += [begins(session, column, text.lower()) for column in (Event.commit, Event.origin, Event.source)]
    either = [or_(*(each[0] for each in person))] if wanted.person else []
    return [[one, *either] for one in found]


def _all(parts: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    found = Event.id >= 0
    for part in parts:
        found = found & part
    return found


def _said(action: str, app: str, tag: str | None, places: Sequence[str]) -> str:
    words = {"generated": "first manifests of", "unknown": "before the known history:", "edited": "edited by hand:"}
    where = ", ".join(dict.fromkeys(places))
    return f"{words.get(action, action)} {app} {tag or 'without a tag'} in {where}"


def of_person(session: Session, name: str) -> Sequence[Entry]:
    """Return the newest entries of a person."""
    return activity(session, Filter(person=name)).entries
