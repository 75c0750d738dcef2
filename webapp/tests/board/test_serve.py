"""`python -m shop serve`: a real gunicorn, asked over HTTP and stopped by signals as Kubernetes does."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from postgresql_server import free_port
from waiting import PATIENCE, eventually

WEBAPP = Path(__file__).parents[2]


@dataclass
class Server:
    """A running server; `stop` gives its exit code and what it logged."""

    process: subprocess.Popen[bytes]
    port: int

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
        output, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output


@contextmanager
def serving(**environment: str) -> Iterator[Server]:
    port = free_port()
    # One worker, so that whoever answers first is all: gunicorn loses a SIGTERM that comes while a worker starts.
    environment = {"WEB_CONCURRENCY": "1"} | environment
    process = subprocess.Popen(
        [sys.executable, "-m", "release_board", "serve"],
        cwd=WEBAPP,
        env=os.environ | {"PORT": str(port)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    server = Server(process, port)
    try:
        wait_until_alive(server)
        yield server
    finally:
        process.kill()
        process.communicate()


def wait_until_alive(server: Server) -> None:
    def answers() -> bool:
        try:
            return server.get("/healthz")[0] == 200
        except OSError:
            return False

    if not eventually(lambda: answers() or server.process.poll() is not None) or server.process.poll() is not None:
        pytest.fail(f"gunicorn did not start: {server.stop()}")


@pytest.mark.thin(2)
def test_it_serves_and_a_sigterm_ends_it_with_exit_0(board_url: str) -> None:
    with serving(DATABASE_URL=board_url, APP_VERSION="1.2.3", ENVIRONMENT="test") as server:
        assert json.loads(server.get("/version")[1]) == {"version": "1.2.3", "environment": "test"}
        assert server.get("/readyz")[0] == 200
        assert server.get("/")[0] == 200
        exit_code, output = server.stop()
    assert exit_code == 0
    entries = [json.loads(line) for line in output.splitlines()]
    assert {"gunicorn.error", "release_board.request"} <= {entry["logger"] for entry in entries}
    assert [entry["path"] for entry in entries if entry["logger"] == "release_board.request"] == ["/version", "/"]


# Servers of other tests begin without a database, too.
@pytest.mark.full
def test_an_embedded_database_is_migrated_at_start(tmp_path: Path) -> None:
    with serving(DATABASE_URL=f"sqlite:///{tmp_path}/new/board.sqlite3") as server:
        assert server.get("/readyz")[0] == 200


@pytest.mark.full
def test_an_idle_connection_does_not_hold_up_the_shutdown(tmp_path: Path) -> None:
    """Load balancers keep connections open for minutes; were it waited for, that would be longer than our patience."""
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/board.sqlite3",
        "GUNICORN_CMD_ARGS": "--graceful-timeout=3600",
    }
    with serving(**environment) as server:
        idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        idle.request("GET", "/version")
        idle.getresponse().read()
        exit_code, _ = server.stop()
        idle.close()
    assert exit_code == 0


def test_a_bad_variable_ends_it_at_once_with_the_reason() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "release_board", "serve"],
        cwd=WEBAPP,
        env=os.environ | {"DATABASE_URL": "mysql://ann:hunter2@db/shop"},
        capture_output=True,
        timeout=PATIENCE,
    )
    assert done.returncode != 0
    assert b"DATABASE_URL must start with" in done.stdout + done.stderr
    assert b"hunter2" not in done.stdout + done.stderr


SLOW = {
    "says nothing": b"",
    "half a header": b"GET /version HTTP/1.1\r\nHost: shop\r\nX-Slow: ",
    "half a body": b"POST /webhooks/forge HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
    b"Content-Length: 900\r\n\r\n{",
}


@pytest.mark.full
@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_connections_that_do_nothing_hold_up_nobody(sent: bytes, tmp_path: Path) -> None:
    # More of them than there could be threads; probes would fail, and Kubernetes would stop the pod.
    with serving(DATABASE_URL=f"sqlite:///{tmp_path}/board.sqlite3") as server:
        idle = [socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) for _ in range(60)]
        for connection in idle:
            connection.sendall(sent)
        for path in ("/healthz", "/readyz", "/version", "/"):
            assert server.get(path)[0] == 200
        for connection in idle:
            connection.close()


@pytest.mark.full
def test_a_body_that_does_not_come_ends_its_connection(tmp_path: Path) -> None:
    url, secret = f"sqlite:///{tmp_path}/board.sqlite3", "a-secret-of-the-forge"
    with serving(DATABASE_URL=url, WEBHOOK_SECRET=secret, REQUEST_SECONDS="1") as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as slow:
            slow.sendall(SLOW["half a body"])
            assert slow.recv(1000) == b""
        assert server.get("/healthz")[0] == 200
        exit_code, output = server.stop()
    assert exit_code == 0
    assert b"Traceback" not in output
