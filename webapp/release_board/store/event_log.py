"""The log of deployment events: each once, by app, environment and commit, read by cell and time.

It is in SQL, or, where `EVENTS_TABLE` names a table of DynamoDB, there (`store.event_table`). SQL has the events in
any case: what asks across cells (find, activity, metrics) is asked of its indexes, which a table would need one by one.
The table is what must not be lost: all else of git can be imported again, but not since when the cluster ran it.
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
    """The log does not answer; `message` says what it said, for the collector's log and the line of sources."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Span:
    """Which events of a cell: from `since` up to `until`, which is not part of it, and behind a moment and number."""

    since: int | None = None
    until: int | None = None
    before: tuple[int, int] | None = None


class EventLog(Protocol):
    """Where events are kept. What it writes belongs to the session's transaction as far as that is SQL."""

    @property
    def name(self) -> str | None:
        """Return the table's name; None for SQL."""

    def add(self, session: Session, events: Sequence[dict[str, Any]]) -> None:
        """Add events, the oldest first; those that are there already stay as they are."""

    def keep(self, session: Session, events: Sequence[Key]) -> None:
        """Remove all events but these, as after a forced push."""

    def ran(self, event: Event, at: int) -> None:
        """Store since when the cluster has been seen to run what an event brought; the first time counts."""

    def of_cell(self, session: Session, app: str, environment: str, span: Span, limit: int) -> list[Event]:
        """Return at most so many events of a cell, the newest first."""


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
    """Return what SQL knows of since when these ran, by their keys."""
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
    """Return the log that the settings name, which asks a table so often at most; boto3 is loaded for a table alone."""
    if settings.events_table is None:
        return SqlLog()
    from release_board.store.event_table import TableLog

    return TableLog(settings.events_table, attempts)


def get_log() -> EventLog:
    """Return the log of the app that is serving the request."""
    log: EventLog = current_app.extensions["release_board.events"]
    return log
