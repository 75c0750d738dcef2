"""Migrations: complete, repeatable, and safe for several processes at once."""

import os
import subprocess
import sys
from pathlib import Path

from alembic import command
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import inspect, text

from shop.config import parse_database_url
from shop.database import Database
from shop.migration import LOCK, alembic_config, current_revision, head_revision, migrate
from shop.models import Base
from waiting import PATIENCE

WEBAPP = Path(__file__).parent.parent


def test_the_migrations_give_exactly_the_models(app: Flask) -> None:
    with app.extensions["shop.database"].exclusive(LOCK) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.check(config)


def test_down_and_up_again(app: Flask) -> None:
    database: Database = app.extensions["shop.database"]
    with database.exclusive(LOCK) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert not set(Base.metadata.tables) & set(inspect(connection).get_table_names())
    assert migrate(database) == head_revision()


def test_migrating_again_is_harmless(runner: FlaskCliRunner) -> None:
    for _ in range(2):
        assert runner.invoke(args=["migrate"]).exit_code == 0


def test_seeding_again_adds_nothing(app: Flask, runner: FlaskCliRunner) -> None:
    for _ in range(2):
        assert runner.invoke(args=["seed"]).exit_code == 0
    page = app.test_client().get("/api/products").json
    assert page is not None
    assert [item["sku"] for item in page["items"]] == ["mug", "tote", "cap"]


def test_processes_that_migrate_at_once_all_succeed(empty_url: str) -> None:
    environment = os.environ | {"DATABASE_URL": empty_url}
    migrating = [
        subprocess.Popen([sys.executable, "-m", "shop", "migrate"], cwd=WEBAPP, env=environment, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    outputs = [process.communicate(timeout=PATIENCE)[0].decode() for process in migrating]
    assert [process.returncode for process in migrating] == [0] * 4
    assert sum("database migrated" in output for output in outputs) == 1
    assert sum("database is up to date" in output for output in outputs) == 3
    database = Database(parse_database_url(empty_url))
    with database.probe() as connection:
        assert current_revision(connection) == head_revision()


def test_the_password_is_in_no_log(empty_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shop", "migrate"],
        cwd=WEBAPP,
        env=os.environ | {"DATABASE_URL": empty_url, "LOG_LEVEL": "debug"},
        capture_output=True,
        check=True,
    )
    assert b"database migrated" in done.stdout
    assert b"correct-horse" not in done.stdout + done.stderr


def test_rolling_back_to_an_older_release_leaves_the_newer_database_alone(app: Flask) -> None:
    database: Database = app.extensions["shop.database"]
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'next'"))
    assert migrate(database) == "next"
