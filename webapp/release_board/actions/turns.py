"""A lock for actions in all processes, so that the second of two clicks finds the request of the first one."""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import Flask, current_app
from werkzeug.exceptions import ServiceUnavailable

from release_board.config import Settings
from release_board.store.database import Database

# Any number is possible, but all releases must use the same one.
LOCK = 0x61637469
SECONDS = 25
_TRIES_A_SECOND = 10


def init_app(app: Flask) -> None:
    """Make the lock of this process. This must not be done on import, before gevent has replaced Python's locks."""
    app.extensions["release_board.turns"] = threading.Lock()


@contextmanager
def turn(database: Database, settings: Settings) -> Iterator[None]:
    """Wait for the lock. Raise 503 if that takes too long."""
    here = current_app.extensions["release_board.turns"]
    with ExitStack() as stack:
        # First take the lock of this process, because waiting for a file's lock would block all of its requests.
        if not here.acquire(timeout=SECONDS):
            raise _busy()
        stack.callback(here.release)
        if database.is_postgresql:
            stack.enter_context(database.exclusive(LOCK))
        else:
            # SQLite's own lock would also block all other writers.
            stack.enter_context(_file_lock(settings.mirror.with_suffix(".actions.lock")))
        yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        for _ in range(SECONDS * _TRIES_A_SECOND):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(1 / _TRIES_A_SECOND)
            else:
                break
        else:
            raise _busy()
        yield


def _busy() -> ServiceUnavailable:
    return ServiceUnavailable("Another action is under way. Try again in a few seconds.", retry_after=5)
