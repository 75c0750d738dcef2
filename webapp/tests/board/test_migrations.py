"""Migrations: complete, repeatable, and safe for several processes at once."""

import os
import subprocess
import sys
from pathlib import Path

from alembic import command
from flask import Flask
from sqlalchemy import inspect, text

from release_board.config import parse_database_url
from release_board.store.database import Database
from release_board.store.migration import LOCK, alembic_config, current_revision, head_revision, migrate
from release_board.store.models import Base
from waiting import PATIENCE

WEBAPP = Path(__file__).parents[2]


def test_the_migrations_give_exactly_the_models(board: Flask) -> None:
    with board.extensions["release_board.database"].exclusive(LOCK) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.check(config)


def test_down_and_up_again(board: Flask) -> None:
    database: Database = board.extensions["release_board.database"]
    with database.exclusive(LOCK) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert not set(Base.metadata.tables) & set(inspect(connection).get_table_names())
    assert migrate(database) == head_revision()


def test_migrating_again_is_harmless(board: Flask) -> None:
    for _ in range(2):
        assert board.test_cli_runner().invoke(args=["migrate"]).exit_code == 0


def test_processes_that_migrate_at_once_all_succeed(board_empty_url: str) -> None:
    environment = os.environ | {"DATABASE_URL": board_empty_url}
    migrating = [
        subprocess.Popen(
            [sys.executable, "-m", "release_board", "migrate"], cwd=WEBAPP, env=environment, stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    outputs = [process.communicate(timeout=PATIENCE)[0].decode() for process in migrating]
    assert [process.returncode for process in migrating] == [0] * 4
    assert sum("database migrated" in output for output in outputs) == 1
    assert sum("database is up to date" in output for output in outputs) == 3
    database = Database(parse_database_url(board_empty_url))
    with database.probe() as connection:
        assert current_revision(connection) == head_revision()


def test_the_password_is_in_no_log(board_empty_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "release_board", "migrate"],
        cwd=WEBAPP,
        env=os.environ | {"DATABASE_URL": board_empty_url, "LOG_LEVEL": "debug"},
        capture_output=True,
        check=True,
    )
    assert b"database migrated" in done.stdout
    assert b"correct-horse" not in done.stdout + done.stderr


def test_rolling_back_to_an_older_release_leaves_the_newer_database_alone(board: Flask) -> None:
    database: Database = board.extensions["release_board.database"]
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'next'"))
    assert migrate(database) == "next"
