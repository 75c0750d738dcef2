"""Bare repositories behind smart HTTP, as forges have them: git's own server, a password, and a count of requests."""

from __future__ import annotations

import base64
import http.server
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER, TOKEN = "ci", "benchmark-token"
AUTHORIZATION = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()


class Server(http.server.ThreadingHTTPServer):
    """See the module.

    ``asked`` is every request that was answered, and not with a 401; ``logins`` are the headers that all of them came
    with. ``moved`` tells of paths that are elsewhere now, and of their URLs there.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, root: Path, *, password: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root, self.password = root, password
        self.asked: list[str] = []
        self.logins: list[str | None] = []
        self.moved: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Where the repositories are."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer in one piece, at once.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def do_GET(self) -> None:
        body = self._body()
        self.server.logins.append(self.headers.get("Authorization"))
        for old, new in self.server.moved.items():
            if self.path.startswith(old):
                self._answer(301, {"Location": new + self.path.removeprefix(old)}, b"")
                return
        if len(self.headers.get_all("Authorization", [])) > 1:
            self._answer(400, {}, b"Duplicate header: Authorization")
            return
        if self.server.password and self.headers.get("Authorization") != AUTHORIZATION:
            self._answer(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
            return
        self.server.asked.append(f"{self.command} {self.path}")
        path, _, query = self.path.partition("?")
        done = subprocess.run(
            ["git", "http-backend"], input=body, capture_output=True, check=True,
            env={"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.server.root), "GIT_HTTP_EXPORT_ALL": "1",
                 "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": USER,
                 "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                 "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                 "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")},
        )  # fmt: skip
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self._answer(int(fields.pop("Status", "200 OK").split()[0]), fields, answer)

    do_POST = do_GET

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        return body

    def _answer(self, status: int, fields: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {**fields, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def serve(root: Path, *, password: bool = True) -> Iterator[Server]:
    """Every repository in a folder, on a free port of the loopback address."""
    server = Server(root, password=password)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
