"""Add rows that are not there yet, the same way in both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from release_board.store.models import Base

# SQLite takes 32,766 values in a statement.
CHUNK = 500


def add_rows(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows, in order; those that are there already stay as they are."""
    assert session.bind is not None
    dialect = postgresql if session.bind.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing()
    for start in range(0, len(rows), CHUNK):
        session.execute(statement, rows[start : start + CHUNK])
