"""Migrations: complete, repeatable, and safe for several processes at once."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import inspect, text

from gitops_repository import SPEC
from release_board.config import parse_database_url
from release_board.sources.collector import Collector
from release_board.store.database import Database
from release_board.store.migration import LOCK, SCRIPTS, alembic_config, current_revision, head_revision, migrate
from release_board.store.models import Base
from waiting import PATIENCE

if TYPE_CHECKING:
    from gitops_repository import GitOps

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


@pytest.mark.full
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


@pytest.mark.full
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


# What a revision behind the first may do: a release that does not know it goes on reading and writing beside it.
HARMLESS = {"create_table", "create_index", "add_column", "execute"}


def harmful(script: str) -> list[str]:
    """Return what an upgrade does that the release before would not survive."""
    (upgrade,) = (one for one in ast.parse(script).body if isinstance(one, ast.FunctionDef) and one.name == "upgrade")
    calls = [one for one in ast.walk(upgrade) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
    found = []
    for call in calls:
        assert isinstance(call.func, ast.Attribute)
        owner, name = call.func.value, call.func.attr
        # `op.…`, and what a batch of it calls itself.
        if isinstance(owner, ast.Name) and owner.id != "sa" and name not in HARMLESS | {"batch_alter_table"}:
            found.append(name)
        if name == "execute" and re.search(r"(?i)\b(?:drop|rename|alter)\b", ast.unparse(call)):
            found.append("execute")
        if name == "create_index" and any(one.arg == "unique" for one in call.keywords):
            found.append("unique index")
        if name == "add_column":
            given = {one.arg: ast.unparse(one.value) for inner in call.args for one in getattr(inner, "keywords", ())}
            if given.get("nullable", "True") != "True" and "server_default" not in given:
                found.append("column that must have a value")
    return found


def test_each_revision_behind_the_first_only_adds() -> None:
    scripts = sorted((SCRIPTS / "versions").glob("*.py"))
    assert {script.name: harmful(script.read_text()) for script in scripts[1:]} == {
        script.name: [] for script in scripts[1:]
    }


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ('op.add_column("cells", sa.Column("owner", sa.Text(), nullable=True))', []),
        ('op.add_column("cells", sa.Column("weight", sa.Integer(), nullable=False, server_default="0"))', []),
        ('op.create_table("owners", sa.Column("name", sa.Text(), nullable=False))', []),
        ('op.execute("UPDATE cells SET weight = 1")', []),
        ('op.drop_column("cells", "tag")', ["drop_column"]),
        ('op.alter_column("cells", "tag", new_column_name="version")', ["alter_column"]),
        ('op.execute("ALTER TABLE cells RENAME COLUMN tag TO version")', ["execute"]),
        ('op.create_index("ix", "cells", ["tag"], unique=True)', ["unique index"]),
        ('op.add_column("cells", sa.Column("owner", sa.Text(), nullable=False))', ["column that must have a value"]),
        ('with op.batch_alter_table("cells") as batch:\n        batch.drop_column("tag")', ["drop_column"]),
    ],
)
def test_what_would_break_the_release_before_is_found(call: str, found: list[str]) -> None:
    assert harmful(f"def upgrade() -> None:\n    {call}\n") == found


def test_this_release_works_on_the_schema_of_the_next_one(gitops: GitOps, collector: Collector, board: Flask) -> None:
    """Do to the tables what a next release may, while this one goes on."""
    collector.collect()
    database: Database = board.extensions["release_board.database"]
    with database.exclusive(LOCK) as connection:
        migration = Operations(MigrationContext.configure(connection))
        for table in ("events", "cells", "apps", "sources", "changes", "environments", "audit", "requests"):
            migration.add_column(table, sa.Column("of_the_next", sa.Text(), nullable=True))
            migration.add_column(table, sa.Column("weight", sa.Integer(), nullable=False, server_default="0"))
        migration.create_index("ix_cells_weight", "cells", ["weight"])
        migration.create_table("owners", sa.Column("name", sa.Text(), primary_key=True))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    gitops.generate(SPEC + "products: {shop: [web, cart]}\n", "Name a product")
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    assert collector.collect() is not None
    pages = board.test_client()
    assert pages.get("/readyz").status_code == 200
    for path in ("/", "/apps/web", "/apps/web/prod", "/activity", "/api/board", "/api/delivery"):
        assert pages.get(path).status_code == 200
    assert pages.get("/api/apps/web/prod").get_json()["tag"] == "1.0"
