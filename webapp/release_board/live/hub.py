"""All streams of a process, with one poller that checks the database for changes.

It only runs while a stream is open. A change is read and rendered once for all streams. All state is in the
database, so a stream can read missed changes there, also after a restart.
"""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, replace

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from release_board.board.freshness import Heard, freshness
from release_board.config import Settings
from release_board.live import batch
from release_board.live.batch import Batch
from release_board.live.message import HEARTBEAT, event, retry
from release_board.store import changes
from release_board.store.database import Database

POLL_SECONDS = 0.5
# The number of kept batches for streams that are a little behind.
KEPT = 50
RETRY_MILLISECONDS = 2000

logger = logging.getLogger("release_board.live")


class FullError(Exception):
    """This process has the maximum number of streams, or is shutting down."""


class Hub:
    """The streams of an app. `end` ends all of them, for example at the end of the process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._settings: Settings = app.extensions["release_board.settings"]
        self._database: Database = app.extensions["release_board.database"]
        self._news = threading.Condition()
        self._ended = threading.Event()
        self._reading = threading.Lock()
        self._batches: deque[Batch] = deque(maxlen=KEPT)
        self._last: Batch | None = None
        self._state = _State()
        self._polling = False
        self._streams = 0

    def open(self, after: int | None) -> "Stream":
        """Open a stream that begins after change `after`; None: with the next change.

        Raises:
            FullError: There is no room for another stream.
        """
        with self._news:
            if self._ended.is_set() or self._streams >= self._settings.streams:
                raise FullError
            self._streams += 1
            if not self._polling:
                self._polling = True
                self._state = _State()
                threading.Thread(target=self._poll, name="changes", daemon=True).start()
        return Stream(self, after)

    def leave(self) -> None:
        """Count a stream as closed."""
        with self._news:
            self._streams -= 1

    def end(self) -> None:
        """End all streams, and refuse new ones."""
        self._ended.set()
        with self._news:
            self._news.notify_all()

    def events(self, after: int | None) -> Generator[bytes, None, None]:
        """Yield the messages of a stream until its time or the process ends; the browser then connects again."""
        yield retry(RETRY_MILLISECONDS) + event("clock", str(int(time.time())))
        ends = time.monotonic() + self._settings.stream_seconds
        told = _State(newest=after)
        try:
            if after is not None and (unknown := self._unknown(after)):
                yield unknown.text
                told = _State(newest=unknown.to)
            while not self._ended.is_set() and time.monotonic() < ends:
                state = self._wait(told)
                if state is None:
                    yield HEARTBEAT
                    continue
                if state.said != told.said:
                    yield state.heard
                at = state.newest if told.newest is None else told.newest
                for one in self._missed(at, state):
                    yield one.text
                    at = one.to
                told = replace(state, newest=at)
        except SQLAlchemyError:
            logger.warning("database unavailable", exc_info=True)
        # Streams do not end at the same time, because the other processes must accept them.
        yield retry(random.randint(RETRY_MILLISECONDS // 4, RETRY_MILLISECONDS * 2))  # noqa: S311 (no secret)

    def _unknown(self, after: int) -> Batch | None:
        """Return a batch for a stream with a change number that the database does not have, as after a restore."""
        with self._database.session() as session:
            newest = changes.newest(session)
        return self._read(after) if after > newest else None

    def _wait(self, told: "_State") -> "_State | None":
        """Wait until there is news for a stream, and return it; None after the time of a heartbeat without news."""

        def more() -> bool:
            return self._ended.is_set() or (self._state.newest is not None and self._state.beyond(told))

        with self._news:
            return self._state if self._news.wait_for(more, self._settings.heartbeat_seconds) else None

    def _missed(self, at: int | None, state: "_State") -> list[Batch]:
        """Return the batches from `at` to the newest change."""
        if at is None or at == state.newest:
            return []
        with self._reading:
            kept = [one for one in self._batches if one.to > at]
            if kept and kept[0].after <= at:
                return kept
            # After a restart, all streams are at the same change, so the batch is cached.
            if self._last is None or (self._last.after, self._last.to) != (at, state.newest):
                self._last = self._read(at)
            return [self._last] if self._last else []

    def _poll(self) -> None:
        """Check for changes as long as there are streams."""
        with self._reading:
            self._forget()
        while self._goes_on():
            try:
                self._look()
            except SQLAlchemyError:
                logger.warning("database unavailable", exc_info=True)
            self._ended.wait(POLL_SECONDS)

    def _forget(self) -> None:
        """Drop all cached batches: a restored database may have other changes with the same numbers."""
        self._batches.clear()
        self._last = None

    def _goes_on(self) -> bool:
        with self._news:
            self._polling = self._streams > 0 and not self._ended.is_set()
            return self._polling

    def _look(self) -> None:
        """Check once: read and render changes, and wake up the streams."""
        now = int(time.time())
        with self._app.test_request_context(), self._database.session() as session:
            newest, sources = changes.newest(session), freshness(session, now)
            said, heard = tuple(sources.values()), self._state.heard
            heard = heard if said == self._state.said else batch.heard(sources)
        before = self._state
        state = _State(newest, said, heard, before.restored)
        if before.newest is not None and newest > before.newest:
            with self._reading:
                found = self._read(before.newest)
                if found:
                    self._batches.append(found)
                    state = replace(state, newest=found.to)
        elif before.newest is not None and newest < before.newest:
            with self._reading:
                self._forget()
            state = replace(state, restored=before.restored + 1)
        with self._news:
            self._state = state
            self._news.notify_all()

    def _read(self, after: int) -> Batch | None:
        with self._app.test_request_context(), self._database.session() as session:
            return batch.read(session, after)


@dataclass(frozen=True)
class _State:
    """The known state, or the state that a stream has sent: newest change, sources, restores of the database."""

    newest: int | None = None
    said: tuple[Heard, ...] = ()
    heard: bytes = b""
    restored: int = 0

    def beyond(self, told: "_State") -> bool:
        """Tell whether this state has news that a stream has not sent."""
        behind = told.newest is None or (self.newest is not None and self.newest > told.newest)
        return behind or self.said != told.said or self.restored != told.restored


class Stream:
    """A stream. The server iterates over it and closes it, even if it never starts."""

    def __init__(self, hub: Hub, after: int | None) -> None:
        self._hub, self._events, self._open = hub, hub.events(after), True

    def __iter__(self) -> Generator[bytes, None, None]:
        return self._events

    def close(self) -> None:
        """Make room for another stream."""
        self._events.close()
        if self._open:
            self._open = False
            self._hub.leave()
