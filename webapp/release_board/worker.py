"""gunicorn's worker with gevent, which gives no request more than `REQUEST_SECONDS`.

A thread for each connection would be held by each client that sends nothing, or a body that never ends; ten of them
would keep probes out and stop the pod. Here a connection that waits costs a few kilobytes.
"""

import os
import socket
from contextlib import suppress
from typing import Any

import gevent
from gunicorn.workers.ggevent import GeventWorker

from release_board.config import STREAM_SECONDS, positive_integer

REQUEST_SECONDS = positive_integer(os.environ, "REQUEST_SECONDS", 30)
# Streams end by themselves when their time is over; only one whose client reads nothing has to be ended.
STREAM = "/events"
MOST_STREAM_SECONDS = REQUEST_SECONDS + positive_integer(os.environ, "STREAM_SECONDS", STREAM_SECONDS)


class Worker(GeventWorker):
    """Worker that bounds the time of a request, and closes idle connections when it ends."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._waiting: set[socket.socket] = set()

    def handle(self, listener: Any, client: socket.socket, address: Any) -> None:
        """Handle a connection, which waits for requests when it has none."""
        self._waiting.add(client)
        try:
            super().handle(listener, client, address)
        finally:
            self._waiting.discard(client)

    def handle_request(self, listener: Any, request: Any, client: socket.socket, address: Any) -> Any:
        """Handle a request, body included; a connection is closed when its time is over, or when the worker ends."""
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
        """End politely: finish requests, end streams, and close connections that wait for a request."""
        super().handle_exit(signal, frame)
        gevent.spawn(self._end_streams)
        gevent.spawn(self._close_waiting)

    def _end_streams(self) -> None:
        """Tell browsers to connect again, which leads them to another process."""
        live = getattr(self.wsgi, "extensions", {}).get("release_board.live")
        if live is not None:
            live.end()

    def _close_waiting(self) -> None:
        for client in list(self._waiting):
            _close(client)


def _close(client: socket.socket) -> None:
    """Shut a connection down, so that both sides read its end."""
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)
