"""Alembic runs this for each command; the connection, and with it the transaction and the lock, is the caller's."""

from alembic import context

from release_board.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite can change a table only by copying it.
    render_as_batch=True,
)

with context.begin_transaction():
    context.run_migrations()
