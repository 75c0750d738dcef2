"""gunicorn's worker with gevent and a time limit of `REQUEST_SECONDS` for each request.

With a thread for each connection, a client that sends nothing, or a body without end, would block a thread. Ten such
clients would also block the probes, and Kubernetes would stop the pod. With gevent, a waiting connection only costs a
few kilobytes.
"""

import os
import socket
from contextlib import suppress
from typing import Any

import gevent
from gunicorn.workers.ggevent import GeventWorker

from release_board.config import STREAM_SECONDS, positive_integer

REQUEST_SECONDS = positive_integer(os.environ, "REQUEST_SECONDS", 30)
# Streams end by themselves after their time; only one with a client that reads nothing must be ended here.
STREAM = "/events"
MOST_STREAM_SECONDS = REQUEST_SECONDS + positive_integer(os.environ, "STREAM_SECONDS", STREAM_SECONDS)


class Worker(GeventWorker):
    """A worker that limits the time of requests, and closes idle connections at its end."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._waiting: set[socket.socket] = set()

    def handle(self, listener: Any, client: socket.socket, address: Any) -> None:
        """Handle a connection, and note while it waits for a request."""
        self._waiting.add(client)
        try:
            super().handle(listener, client, address)
        finally:
            self._waiting.discard(client)

    def handle_request(self, listener: Any, request: Any, client: socket.socket, address: Any) -> Any:
        """Handle a request with its body. Close the connection after the time limit, or when the worker ends."""
        self._waiting.discard(client)
        limit = gevent.Timeout(MOST_STREAM_SECONDS if request.path == STREAM else REQUEST_SECONDS)
        with limit:
            try:
                answer = super().handle_request(listener, request, client, address)
            except gevent.Timeout as late:
                if late is not limit:
                    raise
                _close(client)
                return False
        self._waiting.add(client)
        if not self.alive:
            _close(client)
        return answer

    def handle_exit(self, signal: int, frame: Any) -> None:
        """Shut down: finish requests, end streams, and close connections that wait for a request."""
        super().handle_exit(signal, frame)
        gevent.spawn(self._end_streams)
        gevent.spawn(self._close_waiting)

    def _end_streams(self) -> None:
        """End streams, so that browsers connect again, to another process."""
        live = getattr(self.wsgi, "extensions", {}).get("release_board.live")
        if live is not None:
            live.end()

    def _close_waiting(self) -> None:
        for client in list(self._waiting):
            _close(client)


def _close(client: socket.socket) -> None:
    """Close a connection, so that both sides notice."""
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)
