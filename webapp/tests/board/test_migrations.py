"""Migrations of the board: they give exactly the models, on both databases, and down again nothing stays."""

from __future__ import annotations

from alembic import command
from flask import Flask
from sqlalchemy import inspect

from release_board.store.migration import LOCK, alembic_config
from release_board.store.models import Base


def test_the_migrations_give_exactly_the_models(board: Flask) -> None:
    with board.extensions["release_board.database"].exclusive(LOCK) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.check(config)
        command.downgrade(config, "base")
        assert not set(Base.metadata.tables) & set(inspect(connection).get_table_names())
