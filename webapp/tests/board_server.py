"""The board served by a real gunicorn, and a client of its streams."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

import pytest

from postgresql_server import free_port
from waiting import PATIENCE, eventually

WEBAPP = Path(__file__).parent.parent


@dataclass
class Event:
    """An event of a stream; one with only a comment has no name."""

    name: str = ""
    number: int | None = None
    data: list[str] = field(default_factory=list)
    retry: int | None = None


class Events:
    """A stream of events, read one by one as they come."""

    def __init__(self, port: int, path: str = "/events", last: int | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": str(last)} if last is not None else {})
        self.connection.request("GET", path, headers=headers)
        self.answer = self.connection.getresponse()

    def next(self) -> Event | None:
        """Return the next event; None at the end of the stream."""
        event, some = Event(), False
        while line := self.answer.readline().decode().rstrip("\n"):
            some = True
            name, _, value = line.partition(": ")
            match name:
                case "event":
                    event.name = value
                case "id":
                    event.number = int(value)
                case "data":
                    event.data.append(value)
                case "retry":
                    event.retry = int(value)
        return event if some else None

    def until(self, *names: str) -> list[Event]:
        """Return the events up to the first one with one of these names."""
        found = []
        while event := self.next():
            found.append(event)
            if event.name in names:
                return found
        raise AssertionError(f"the stream ended without {names}: {found}")

    def rest(self) -> list[Event]:
        """Return the events up to the end of the stream."""
        return list(iter(self.next, None))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_about: object) -> None:
        self.close()

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


@dataclass
class Server:
    """A running server; `stop` gives its exit code and what it logged."""

    process: subprocess.Popen[bytes]
    port: int
    log: IO[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def stop(self) -> tuple[int, bytes]:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=PATIENCE)
        self.log.seek(0)
        return self.process.returncode, self.log.read()


@contextmanager
def serving(*, at: int | None = None, **environment: str) -> Iterator[Server]:
    """Serve with one worker; without a repository there is no collector beside it."""
    port = at or free_port()
    # One worker, so that whoever answers first is all: gunicorn loses a SIGTERM that comes while a worker starts.
    environment = {"WEB_CONCURRENCY": "1"} | environment
    # A file: a pipe that nobody reads is full some day, and then the server waits.
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "release_board", "serve"],
            cwd=WEBAPP,
            env=os.environ | {"PORT": str(port)} | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        server = Server(process, port, log)
        try:
            wait_until_alive(server)
            yield server
        finally:
            # It ends its collector, which a SIGKILL would leave behind.
            if process.poll() is None:
                process.terminate()
            process.wait(timeout=PATIENCE)


def wait_until_alive(server: Server) -> None:
    def answers() -> bool:
        try:
            return server.get("/healthz")[0] == 200
        except OSError:
            return False

    if not eventually(lambda: answers() or server.process.poll() is not None) or server.process.poll() is not None:
        pytest.fail(f"gunicorn did not start: {server.stop()}")
