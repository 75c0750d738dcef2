"""gunicorn's worker with gevent, which gives no request more than `REQUEST_SECONDS`.

A thread for each connection would be held by everybody who sends nothing, or a body that never ends; ten of them would
keep probes out and stop the pod. Here a connection that waits costs a few kilobytes.
"""

import os
import socket
from contextlib import suppress
from typing import Any

import gevent
from gunicorn.workers.ggevent import GeventWorker

from shop.config import positive_integer

REQUEST_SECONDS = positive_integer(os.environ, "REQUEST_SECONDS", 30)


class Worker(GeventWorker):
    """See the module."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._waiting: set[socket.socket] = set()

    def handle(self, listener: Any, client: socket.socket, address: Any) -> None:
        """One connection, which waits for requests when it has none."""
        self._waiting.add(client)
        try:
            super().handle(listener, client, address)
        finally:
            self._waiting.discard(client)

    def handle_request(self, listener: Any, request: Any, client: socket.socket, address: Any) -> Any:
        """One request, its body included; a connection whose time is over is closed, and so is any once we end."""
        self._waiting.discard(client)
        limit = gevent.Timeout(REQUEST_SECONDS)
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
        """A polite end: requests are finished, and connections that wait for one are closed."""
        super().handle_exit(signal, frame)
        gevent.spawn(lambda: [_close(client) for client in list(self._waiting)])


def _close(client: socket.socket) -> None:
    """The other side reads the end, and so do we."""
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)
