"""A database in a file, migrated and without rows: migrations run once for a worker, and tests copy their result."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path


@cache
def migrated() -> bytes:
    """Return what the migrations make of no database."""
    from release_board.config import parse_database_url
    from release_board.store.database import Database
    from release_board.store.migration import migrate

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "board.sqlite3"
        migrate(Database(parse_database_url(f"sqlite:///{path}")))
        return path.read_bytes()


def sqlite_url(path: Path) -> str:
    """Make such a database, and return its DATABASE_URL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(migrated())
    return f"sqlite:///{path}"
