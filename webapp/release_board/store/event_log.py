"""The log of deployment events: each event once, by app, environment and commit; read by cell and time.

It is in SQL, and also in a table of DynamoDB if `EVENTS_TABLE` names one (`store.event_table`). SQL always has the
events, because queries over several cells (find, activity, metrics) need its indexes. The table keeps the data that
cannot be imported from git again: since when the cluster ran a release.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import current_app
from sqlalchemy import Row, delete, select, tuple_
from sqlalchemy.orm import Session

from release_board.config import Settings
from release_board.store.insert import CHUNK, add_rows
from release_board.store.models import Event

Key = tuple[str, str, str]


class LogUnavailable(Exception):
    """The log does not answer; `message` is its error, for the collector's log and the line of sources."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Span:
    """A range of a cell's events: from `since` to `until` (excluded), and older than a time and number."""

    since: int | None = None
    until: int | None = None
    before: tuple[int, int] | None = None


class EventLog(Protocol):
    """A store of events. Writes to SQL belong to the session's transaction."""

    @property
    def name(self) -> str | None:
        """Return the table's name; None for SQL."""

    def add(self, session: Session, events: Sequence[dict[str, Any]]) -> None:
        """Add events, the oldest first; existing ones do not change."""

    def keep(self, session: Session, events: Sequence[Key]) -> None:
        """Remove all events except these, as after a forced push."""

    def ran(self, event: Event, at: int) -> None:
        """Store the time when the cluster was first seen to run an event's image; an existing time stays."""

    def of_cell(self, session: Session, app: str, environment: str, span: Span, limit: int) -> list[Event]:
        """Return at most `limit` events of a cell, the newest first."""


class SqlLog:
    """Events in the table `events`."""

    name: str | None = None

    def add(self, session: Session, events: Sequence[dict[str, Any]]) -> None:
        """Add events."""
        add_rows(session, Event, events)

    def keep(self, session: Session, events: Sequence[Key]) -> None:
        """Remove all events but these."""
        there = set(events)
        gone = [row.id for row in stored(session) if (row.app, row.environment, row.commit) not in there]
        for start in range(0, len(gone), CHUNK):
            session.execute(delete(Event).where(Event.id.in_(gone[start : start + CHUNK])))

    def ran(self, event: Event, at: int) -> None:
        """Store when an event's image was first seen."""
        if event.running is None:
            event.running = at

    def of_cell(self, session: Session, app: str, environment: str, span: Span, limit: int) -> list[Event]:
        """Return events of a cell."""
        query = select(Event).where(Event.app == app, Event.environment == environment)
        if span.since is not None:
            query = query.where(Event.at >= span.since)
        if span.until is not None:
            query = query.where(Event.at < span.until)
        if span.before is not None:
            query = query.where(tuple_(Event.at, Event.id) < tuple_(*span.before))
        return list(session.scalars(query.order_by(Event.at.desc(), Event.id.desc()).limit(limit)))


def running(session: Session, events: Sequence[dict[str, Any]]) -> dict[Key, int]:
    """Return the times since when these events ran, by key, as far as SQL has them."""
    commits = sorted({one["commit"] for one in events})
    columns = (Event.app, Event.environment, Event.commit, Event.running)
    found: dict[Key, int] = {}
    for start in range(0, len(commits), CHUNK):
        some = select(*columns).where(Event.commit.in_(commits[start : start + CHUNK]), Event.running.is_not(None))
        found |= {(row.app, row.environment, row.commit): row.running for row in session.execute(some)}
    return found


def stored(session: Session) -> Sequence[Row[int, str, str, str]]:
    """Return number and key of all events in SQL."""
    return session.execute(select(Event.id, Event.app, Event.environment, Event.commit)).all()


def open_log(settings: Settings, attempts: int = 3) -> EventLog:
    """Return the log of the settings. A table is asked at most `attempts` times; boto3 is only loaded for a table."""
    if settings.events_table is None:
        return SqlLog()
    from release_board.store.event_table import TableLog

    return TableLog(settings.events_table, attempts)


def get_log() -> EventLog:
    """Return the log of the app that is serving the request."""
    log: EventLog = current_app.extensions["release_board.events"]
    return log
