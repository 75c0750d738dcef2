"""A real PostgreSQL server in a temporary folder on a free port, with a password, for the length of a test run."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from waiting import PATIENCE, eventually

PASSWORD = "correct-horse"


def find_binaries() -> Path | None:
    """Find the folder with `initdb` and `postgres`; Debian keeps them off the PATH, the newest version last."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


def free_port() -> int:
    """Find a port that is free at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def unprivileged() -> int | None:
    """Return the user to run as: the server refuses root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    return 65534


class PostgresqlServer:
    """Server that starts on entry, and stops and deletes everything on exit."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="shop-postgresql-"))
        self.user = unprivileged()
        self.port = free_port()

    def url(self, database: str, password: str = PASSWORD) -> str:
        return f"postgresql://shop:{password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template0") -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {template}".encode())

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self) -> None:
        """Stop the server; its data stays."""
        if self.process.poll() is None:
            # SIGINT is the fast shutdown, which does not wait for clients to go.
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=PATIENCE)

    def _start(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(PASSWORD)
        if self.user is not None:
            os.chown(self.folder, self.user, -1)
            os.chown(password_file, self.user, -1)
        data = str(self.folder / "data")
        initialise = ["initdb", "-D", data, "-U", "shop", "--pwfile", str(password_file), "--auth", "scram-sha-256"]
        self._run([*initialise, "--no-sync", "--no-locale", "--encoding", "UTF8"]).check_returncode()
        self.start()

    def start(self) -> None:
        """Start the server on the data that it has."""
        options = [
            # What is written outlives processes that are killed; it need not outlive the machine.
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "autovacuum=off",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.folder}",
            "max_connections=60",
        ]
        flags = [flag for option in options for flag in ("-c", option)]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", str(self.folder / "data"), "-p", str(self.port), *flags],
                cwd=self.folder,
                user=self.user,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[bytes]:
        program, *arguments = command
        return subprocess.run(
            [self.binaries / program, *arguments], cwd=self.folder, user=self.user, stdout=subprocess.DEVNULL
        )

    def _wait(self) -> None:
        eventually(lambda: self._answers() or self.process.poll() is not None)
        if self.process.poll() is not None or not self._answers():
            raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=int(PATIENCE)).close()
        except psycopg.OperationalError:
            return False
        return True
