"""Connections to the database: sessions for requests, and a short-lived connection for the readiness probe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import URL, Connection, Dialect, Engine, NullPool, create_engine, event, text
from sqlalchemy.orm import Session

from release_board.store.aws import ManagedPassword

CONNECT_SECONDS = 2
PROBE_MILLISECONDS = 1000
PROBE_SECONDS = 1
LOCK_SECONDS = 60


class Database:
    """A database URL and its connection pool, which opens on first use so that each forked worker has its own."""

    def __init__(self, url: URL, password: ManagedPassword | None = None) -> None:
        self.url = url
        self.password = password
        self.is_postgresql = url.get_backend_name() == "postgresql"

    @property
    def name(self) -> str:
        """Return the name for logs, without the password, which may also be in the query string."""
        if self.is_postgresql:
            return f"postgresql {self.url.host or 'local socket'}/{self.url.database or ''}"
        return f"sqlite {self.url.database or 'in memory'}"

    @cached_property
    def engine(self) -> Engine:
        """Return the pool that requests share; a connection that the server has closed is replaced automatically."""
        if not self.is_postgresql:
            return self._create_engine(timeout=5)
        return self._create_engine(pool_pre_ping=True, pool_timeout=5, pool_recycle=1800)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a transaction: committed at the end of the block, rolled back when the block raises.

        Objects that were read in it stay usable after its end.
        """
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def probe(self) -> Iterator[Connection]:
        """Open a connection outside of the pool, with a short time limit: a busy pool must not fail the probe."""
        with self._probed.connect() as connection:
            if self.is_postgresql:
                connection.execute(text(f"SET LOCAL statement_timeout = {PROBE_MILLISECONDS}"))
            yield connection

    @contextmanager
    def exclusive(self, lock: int) -> Iterator[Connection]:
        """Open a transaction that excludes other `exclusive` blocks with the same `lock` number, on any machine.

        It waits at most `LOCK_SECONDS` for the lock. PostgreSQL releases the lock when the transaction ends in any way.
        """
        self._create_folder()
        with self._excluding.begin() as connection:
            if self.is_postgresql:
                connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
            else:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    # These two keep no connection, but the statements that they have compiled.
    @cached_property
    def _probed(self) -> Engine:
        return self._create_engine(timeout=PROBE_SECONDS, poolclass=NullPool)

    @cached_property
    def _excluding(self) -> Engine:
        return self._create_engine(timeout=LOCK_SECONDS, poolclass=NullPool)

    def _create_folder(self) -> None:
        """Create the folder of an SQLite file, because SQLite does not create it."""
        if not self.is_postgresql and self.url.database not in {None, "", ":memory:"}:
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)

    def _create_engine(self, timeout: int = CONNECT_SECONDS, **options: Any) -> Engine:
        """Return an engine with a time limit in the driver's form: for a lock in SQLite, a connection in PostgreSQL."""
        if self.is_postgresql:
            # No prepared statements: they have one plan for all apps, which is wrong for apps with many events.
            how = {"connect_timeout": CONNECT_SECONDS, "prepare_threshold": None}
            engine = create_engine(self.url, connect_args=how, **options)
            if self.password is not None:
                event.listen(engine, "do_connect", _with(self.password))
            return engine
        engine = create_engine(self.url, connect_args={"timeout": timeout}, **options)
        event.listen(engine, "connect", _enforce_foreign_keys)
        return engine


def _with(password: ManagedPassword) -> Callable[..., Any]:
    """Return a function that connects with a changing password: after a refusal, it is read again once."""

    def connect(dialect: Dialect, _record: object, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        known = password.current()
        try:
            return dialect.connect(*arguments, **{**options, "password": known})
        except dialect.loaded_dbapi.OperationalError:
            newer = password.after(known)
            if newer is None:
                raise
            return dialect.connect(*arguments, **{**options, "password": newer})

    return connect


def _enforce_foreign_keys(connection: Any, _record: object) -> None:
    """Turn on foreign keys, because SQLite ignores them unless each connection turns them on."""
    connection.execute("PRAGMA foreign_keys = ON")


def get_database() -> Database:
    """Return the database of the app that is serving the request or running the command."""
    database: Database = current_app.extensions["release_board.database"]
    return database
