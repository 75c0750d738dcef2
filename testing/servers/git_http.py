"""Bare repositories behind smart HTTP, as forges have them: git's own server, a password, and a count of requests."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path

from testing.servers import loopback as local_server

USER, TOKEN = "ci", "benchmark-token"


def basic(user: str, token: str) -> str:
    """Return the header that a user logs in with."""
    return "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()


AUTHORIZATION = basic(USER, TOKEN)


class Server(local_server.Server):
    """See the module. Every repository in a folder; without a ``token`` for everybody.

    ``asked`` is every request that was answered, and not with a 401; ``logins`` are the headers that all of them came
    with, and ``sent`` the bytes of all answers. ``moved`` tells of paths that are elsewhere now, and of their URLs
    there. ``down`` is how many requests are answered 503 first.
    """

    def __init__(self, root: Path, user: str = USER, token: str = TOKEN) -> None:
        super().__init__(_Handler)
        self.root, self.user = root, user
        self.expected = basic(user, token) if token else None
        self.asked: list[str] = []
        self.logins: list[str | None] = []
        self.moved: dict[str, str] = {}
        self.down = 0
        self.sent = 0


class _Handler(local_server.Handler):
    server: Server

    def do_GET(self) -> None:
        body = self.body()
        self.server.logins.append(self.headers.get("Authorization"))
        if self.server.down:
            self.server.down -= 1
            self.answer(503)
            return
        for old, new in self.server.moved.items():
            if self.path.startswith(old):
                self.answer(301, headers={"Location": new + self.path.removeprefix(old)})
                return
        if len(self.headers.get_all("Authorization", [])) > 1:
            self.answer(400, b"Duplicate header: Authorization")
            return
        if self.server.expected not in (None, self.headers.get("Authorization")):
            self.answer(401, headers={"WWW-Authenticate": 'Basic realm="git"'})
            return
        self.server.asked.append(f"{self.command} {self.path}")
        path, _, query = self.path.partition("?")
        # What git refuses to serve it also says in its answer, and ends with an error of its own.
        done = subprocess.run(
            ["git", "http-backend"], input=body, capture_output=True, check=False,
            env={"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.server.root), "GIT_HTTP_EXPORT_ALL": "1",
                 "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
                 "REMOTE_USER": self.server.user, "CONTENT_LENGTH": str(len(body)),
                 "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                 "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                 "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")},
        )  # fmt: skip
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        self.server.sent += len(answer)
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.answer(int(fields.pop("Status", "200 OK").split()[0]), answer, fields)

    do_POST = do_GET
