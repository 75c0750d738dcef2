"""Add rows that do not exist yet, in both databases in the same way."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.orm import Session

from release_board.store.models import Base

# SQLite's limit of values in a statement is 32,766.
CHUNK = 500


def add_rows(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows in order; existing ones do not change."""
    statement = _insert(session, table)
    for start in range(0, len(rows), CHUNK):
        session.execute(statement, rows[start : start + CHUNK])


def add_new(session: Session, table: type[Base], columns: Mapping[str, Any]) -> bool:
    """Add a row unless its key exists, even if another request adds it at this moment; return whether it was added."""
    keys = [getattr(table, column.key) for column in table.__table__.primary_key]
    return session.execute(_insert(session, table).values(columns).returning(*keys)).first() is not None


def _insert(session: Session, table: type[Base]) -> PostgresqlInsert | SqliteInsert:
    """Return an insert statement that ignores existing rows."""
    assert session.bind is not None
    dialect = postgresql if session.bind.dialect.name == "postgresql" else sqlite
    statement: PostgresqlInsert | SqliteInsert = dialect.insert(table).on_conflict_do_nothing()
    return statement
