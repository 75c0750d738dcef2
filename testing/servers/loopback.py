"""An HTTP server on the loopback address for tests and benchmarks, as long as a context lasts."""

from __future__ import annotations

import http.server
import json
import sys
import threading
from collections.abc import Mapping
from typing import Any, Self


class Server(http.server.ThreadingHTTPServer):
    """Answers by a class of handlers, on a free port, from ``with`` to its end; each connection has a thread."""

    request_queue_size = 256

    def __init__(self, handler: type[http.server.BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that gave up, or was killed: that is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(http.server.BaseHTTPRequestHandler):
    """Keeps connections open, and logs nothing."""

    protocol_version = "HTTP/1.1"
    # An answer in one piece, at once.
    disable_nagle_algorithm = True
    wbufsize = -1

    def body(self) -> bytes:
        """Return the whole body of the request."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self, status: int, content: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def answer_json(self, status: int, content: object, headers: Mapping[str, str] | None = None) -> None:
        """Send a whole answer of JSON."""
        text = json.dumps(content).encode()
        self.answer(status, text, {"Content-Type": "application/json", **(headers or {})})

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""
