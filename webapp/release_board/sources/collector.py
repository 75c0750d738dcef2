"""The collector: a process beside the web server that fetches, imports, and asks forge and cluster.

Several may run, for example during a rollout: a lock of the database lets only one work at a time.
"""

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Flag
from typing import Any

import generator
from generator import MirrorRequest, Repository
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from release_board.config import Settings
from release_board.sources import live
from release_board.sources.importing import GIT, Imported, import_history
from release_board.sources.source_log import SourceLog
from release_board.store import changes
from release_board.store.database import Database
from release_board.store.event_log import LogUnavailable, open_log
from release_board.store.models import Source

# Any number is possible, but all releases must use the same one.
LOCK = 0x636F6C6C
# How often the collector checks for webhooks.
LOOK_SECONDS = 0.5

logger = logging.getLogger("release_board.collector")


class Collector:
    """Collects data for one board. `clock` returns seconds since the epoch; `problem` is the last failure.

    `has_more`: a pass has ended before all sources were read, so the next one should come at once.
    """

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self.database, self.settings, self.clock = database, settings, clock
        self.log = open_log(settings, attempts=8)
        self.repository = Repository.mirror(settings.mirror, settings.branch)
        self.sources = SourceLog(database, self.repository, self._turn)
        self.has_more = False
        self.problem: str | None = None
        self._wanted: dict[str, int] = {}

    def collect(self) -> Imported | None:
        """Fetch and import once. Return None if the repository did not answer; pages then show that."""
        url = self.settings.repository
        if url is None:
            return None
        try:
            generator.update_mirror(
                MirrorRequest(self.settings.mirror, url, self.settings.branch),
                credentials=generator.Credentials.from_environment(),
            )
        except generator.errors.GeneratorError as error:
            self._say(GIT, error.message)
            return None
        now = int(self.clock())
        try:
            with self._turn() as session:
                imported = import_history(session, self.repository, self.settings.production, now, self.log)
                changes.prune(session, now)
        except (generator.errors.GeneratorError, LogUnavailable) as error:
            self._say(GIT, error.message)
            return None
        self.sources.changed(imported.apps)
        self.read_sources()
        if imported.events or imported.apps:
            fields = {"events": imported.events, "apps": len(imported.apps)}
            logger.info("imported", extra={"fields": fields})
        return imported

    def ask(self) -> None:
        """Ask the forge and the cluster once, and store their answers."""
        try:
            found = self.repository.live(credentials=generator.Credentials.from_environment())
        except generator.errors.GeneratorError as error:
            self._say(live.CLUSTER, error.message)
            return
        with self._turn() as session:
            live.store(session, found, int(self.clock()), self.log)

    def is_wanted(self) -> bool:
        """Tell whether webhooks have arrived since the last call. After one of a cluster, ask at once."""
        with self.database.session() as session:
            found = {row.name: row.wanted for row in session.execute(select(Source.name, Source.wanted))}
        new = {name for name, count in found.items() if count != self._wanted.get(name, 0)}
        self._wanted = found
        if live.CLUSTER in new or live.FORGE in new:
            self.ask()
        return GIT in new

    def read_sources(self) -> None:
        """Read the source commits of some releases."""
        self.has_more = False
        try:
            read = self.sources.read(int(self.clock()))
        except generator.errors.GeneratorError as error:
            logger.warning("sources cannot be read", extra={"fields": {"problem": error.message}})
            return
        if read:
            logger.info("read sources", extra={"fields": {"ranges": read}})
        self.has_more = self.sources.has_more

    @contextmanager
    def _turn(self) -> Iterator[Session]:
        """Open a session with the lock that excludes other collectors."""
        with self.database.exclusive(LOCK) as connection, Session(connection) as session:
            yield session
            session.flush()

    def _say(self, name: str, problem: str) -> None:
        """Store that a source did not answer."""
        self.problem = problem
        logger.warning("source does not answer", extra={"fields": {"source": name, "problem": problem}})
        with self.database.session() as session:
            source = session.scalar(select(Source).where(Source.name == name)) or Source(name=name)
            session.add(source)
            source.asked, source.problem = int(self.clock()), problem


def run(collector: Collector, wake: Flag, ended: Flag) -> None:
    """Collect until `ended`, at the settings' intervals, or as soon as `wake` is set."""
    asked = 0.0
    while not ended.is_set():
        wake.clear()
        try:
            collector.collect()
            if collector.clock() - asked >= collector.settings.live_seconds:
                collector.ask()
                asked = collector.clock()
        except SQLAlchemyError:
            logger.exception("database unavailable")
        except LogUnavailable:
            logger.exception("log of events unavailable")
        _rest(collector, wake)


def _rest(collector: Collector, wake: Flag) -> None:
    """Wait for the next turn, or until a webhook arrives."""
    if collector.has_more:
        return
    until = collector.clock() + collector.settings.collect_seconds
    while not wake.wait(LOOK_SECONDS) and collector.clock() < until:
        try:
            if collector.is_wanted():
                return
        except (SQLAlchemyError, LogUnavailable):  # The next turn reports the problem.
            continue


def main(database: Database, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; SIGHUP collects at once."""
    wake, ended = Flag(), Flag()

    def end(_number: int, _frame: Any) -> None:
        ended.set()
        wake.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGHUP, lambda _number, _frame: wake.set())
    run(Collector(database, settings), wake, ended)
