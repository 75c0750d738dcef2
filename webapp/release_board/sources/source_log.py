"""Read the commits of apps' sources in each release, if the sources are in the same repository.

A pass reads a limited number of ranges, the newest first, and the next pass continues, so a long history needs several
passes. Ranges that are no longer needed, such as those of commits that waited, are deleted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise

from generator import Repository, errors
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from release_board.board.deliveries import histories
from release_board.metrics import History, Log, Window, records, view
from release_board.metrics.lanes import lane
from release_board.metrics.lead_time import Pair, pairs
from release_board.metrics.view import View
from release_board.store import changes
from release_board.store.database import Database
from release_board.store.insert import add_rows
from release_board.store.models import App, Environment, SourceCommit, SourceRange
from release_board.store.texts import cut, moment

APPS, RANGES, COMMITS = 50, 200, 1000
NO_FOLDER = "the app has no source in this repository"
NOT_HERE = "a commit that was built from is not in this repository, or they do not follow each other"
TOO_MANY = f"more than {COMMITS} commits lie between the two sources"

# A function that opens a session while no other collector has one.
Turn = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Wanted:
    """The ranges of an app to read, and stored ranges that are no longer needed."""

    app: str
    missing: Sequence[Pair]
    stale: Sequence[Pair]


class SourceLog:
    """Reads the ranges of apps: first of all apps, then of apps that have changed."""

    def __init__(self, database: Database, repository: Repository, turn: Turn) -> None:
        self._database, self._repository, self._turn = database, repository, turn
        self._pending: dict[str, None] | None = None

    @property
    def has_more(self) -> bool:
        """Tell whether the next pass has work to do."""
        return self._pending is None or bool(self._pending)

    def changed(self, apps: Iterable[str]) -> None:
        """Note that these apps must be read again."""
        if self._pending is not None:
            self._pending |= dict.fromkeys(apps)

    def read(self, now: int) -> int:
        """Make a pass, and return the number of ranges that it read."""
        with self._database.session() as session:
            if self._pending is None:
                self._pending = dict.fromkeys(session.scalars(select(App.name).order_by(App.position)))
            some = list(self._pending)[:APPS]
            found = list(wanted(session, some, now)) if some else []
        read = self._some(found)
        if read or any(one.stale for one in found):
            with self._turn() as session:
                for one in found:
                    _forget(session, one.app, [*one.stale, *(log_pair(log) for log in read if log.app == one.app)])
                _store(session, read)
                touched = [one.app for one in found if one.stale]
                changes.note(session, [*touched, *(log.app for log in read)], now)
        return len(read)

    def _some(self, found: Iterable[Wanted]) -> list[Log]:
        """Return the ranges that one pass reads. Apps whose ranges are all read are marked as done."""
        assert self._pending is not None
        spec = self._repository.spec() if self._pending else None
        read: list[Log] = []
        for one in found:
            app = spec.apps.get(one.app) if spec else None
            build = getattr(app, "build", None)
            room = one.missing[: RANGES - len(read)]
            read += [self._log(one.app, pair, build.folders if build else ()) for pair in room]
            if len(room) < len(one.missing):
                break
            del self._pending[one.app]
        return read

    def _log(self, app: str, pair: Pair, folders: Sequence[str]) -> Log:
        if not folders:
            return Log(app, *pair, unknown=NO_FOLDER)
        try:
            found = self._repository.commits(*pair, folders, limit=COMMITS + 1)
        except errors.RepositoryError:
            return Log(app, *pair, unknown=NOT_HERE)
        if len(found) > COMMITS:
            return Log(app, *pair, unknown=TOO_MANY)
        commits = (records.SourceCommit(one.id, moment(one.seconds), one.author, one.subject) for one in found)
        return Log(app, *pair, tuple(commits))


def log_pair(log: Log) -> Pair:
    """Return the two sources of a log."""
    return log.before_source, log.source


def wanted(session: Session, apps: Sequence[str], now: int) -> Iterator[Wanted]:
    """Yield the ranges to read for some apps."""
    rows = session.execute(select(Environment.name, Environment.production).order_by(Environment.position)).all()
    environments, production = [row.name for row in rows], [row.name for row in rows if row.production]
    sources = session.execute(select(App.name, App.source).where(App.name.in_(apps)))
    folders = {row.name: row.source for row in sources}
    for app, known in histories(session, apps, incident_tool=False).items():
        seen = view(known, app, production, Window(0, now + 1))
        needed = pairs(seen) | set(_between(seen, environments))
        # A range that was unknown because the app had no folder is read when the app has one.
        there = {log_pair(one) for one in known.logs if not (one.unknown == NO_FOLDER and folders.get(app))}
        stored = {log_pair(one) for one in known.logs}
        newest = _newest(seen.history)
        missing = sorted(needed - there, key=lambda pair: (-newest.get(pair[1], 0), pair))
        yield Wanted(app, missing, sorted(stored - needed))


def _newest(history: History) -> dict[str, int]:
    """Return the position of the last deployment of each source."""
    found: dict[str, int] = {}
    for change in history.changes:
        if change.source:
            found[change.source] = max(change.position, found.get(change.source, 0))
    return found


def _between(seen: View, environments: Sequence[str]) -> Iterator[Pair]:
    """Yield the present sources of an environment and of the one before it, if they differ."""
    now: list[str | None] = []
    for environment in environments:
        steps = lane(seen.history.changes, seen.app, environment).steps
        if steps:
            now.append(steps[-1].change.source)
    for newer, older in pairwise(now):
        if newer and older and newer != older:
            yield older, newer


def _forget(session: Session, app: str, stale: Iterable[Pair]) -> None:
    for before, after in stale:
        for table in (SourceCommit, SourceRange):
            session.execute(delete(table).where(table.app == app, table.before == before, table.after == after))


def _store(session: Session, read: Sequence[Log]) -> None:
    add_rows(
        session,
        SourceRange,
        [{"app": one.app, "before": one.before_source, "after": one.source, "unknown": one.unknown} for one in read],
    )
    add_rows(
        session,
        SourceCommit,
        [
            {
                "app": one.app,
                "before": one.before_source,
                "after": one.source,
                "commit": commit.id,
                "seconds": commit.committed,
                "author": cut(commit.author),
                "subject": cut(commit.subject),
            }
            for one in read
            for commit in one.commits
        ],
    )
