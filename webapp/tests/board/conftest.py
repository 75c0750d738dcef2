"""Fixtures: the board on a real database of its own for each test, and a real GitOps repository to read.

`release_board` is imported inside the fixtures, so that a run without the app's requirements leaves this folder out.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from testing.servers.gitea import Rig

    from gitea_repository import GiteaRepository
    from gitops_repository import GitOps
    from postgresql_server import PostgresqlServer
    from release_board.config import Settings
    from release_board.sources.collector import Collector


@pytest.fixture(scope="session")
def gitops_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository that each test has a copy of."""
    from gitops_repository import GitOps

    folder = tmp_path_factory.mktemp("gitops-template")
    made = GitOps(folder)
    made.git("init", "-qb", "main")
    made.git("config", "user.name", "Ann Lee")
    made.git("config", "user.email", "ann@example.com")
    for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        made.git("config", name, "true")
    made.generate()
    return folder


@pytest.fixture
def gitops(gitops_template: Path, tmp_path: Path) -> GitOps:
    """Return a repository with two apps in three environments, generated and committed."""
    from gitops_repository import GitOps

    made = GitOps(tmp_path / "gitops")
    shutil.copytree(gitops_template, made.folder, symlinks=True)
    # The index holds what the files had for numbers, and copies have others.
    made.git("update-index", "-q", "--refresh")
    return made


@pytest.fixture
def gitea(rig: Rig, gitops: GitOps) -> GiteaRepository:
    """Return a repository in Gitea: web is 1.10 in dev and staging, and 1.0 in prod."""
    from gitea_repository import GiteaRepository

    made = GiteaRepository(rig, gitops, f"shop-{uuid.uuid4().hex[:12]}")
    made.generate()
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    gitops.bump("web", "1.9", "dev", "staging")
    gitops.bump("web", "1.10", "dev", "staging")
    made.push()
    return made


@pytest.fixture(scope="session")
def board_template(postgresql: PostgresqlServer) -> PostgresqlServer:
    """Make a migrated database as the template of the tests' own."""
    from release_board.config import parse_database_url
    from release_board.store.database import Database
    from release_board.store.migration import migrate

    postgresql.create("template_board")
    migrate(Database(parse_database_url(postgresql.url("template_board"))))
    return postgresql


def database(request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the DATABASE_URL of a database that is migrated and holds no rows, of the kind that a fixture is for."""
    if request.param == "sqlite":
        from migrated import sqlite_url

        return sqlite_url(folder / "data" / "board.sqlite3")
    server: PostgresqlServer = request.getfixturevalue("board_template")
    name = f"board_{uuid.uuid4().hex}"
    server.create(name, "template_board")
    return server.url(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def board_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the DATABASE_URL of a test's own database."""
    return database(request, tmp_path)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the DATABASE_URL of a database that the tests of a module share."""
    return database(request, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def shared(
    shared_url: str, gitops_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Callable[[GitOps], object]], FlaskClient]]:
    """Return what makes a board that tests of a module only read, of a repository in which something was done."""
    from gitops_repository import GitOps
    from release_board import create_app
    from release_board.sources.collector import Collector

    folder = tmp_path_factory.mktemp("shared")
    made = GitOps(folder / "gitops")
    shutil.copytree(gitops_template, made.folder, symlinks=True)
    made.git("update-index", "-q", "--refresh")
    app = create_app(settings_of(shared_url, made, folder))

    def make(act: Callable[[GitOps], object]) -> FlaskClient:
        act(made)
        Collector(app.extensions["release_board.database"], app.extensions["release_board.settings"]).collect()
        return app.test_client()

    yield make
    app.extensions["release_board.database"].engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def board_empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the DATABASE_URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'board.sqlite3'}"
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    name = f"board_{uuid.uuid4().hex}"
    server.create(name, "template0")
    return server.url(name)


def settings_of(url: str, gitops: GitOps, folder: Path) -> Settings:
    """Return the settings of a board of a repository, on a database, with its mirror in a folder."""
    from release_board.config import Settings

    return Settings.from_environment(
        {
            "DATABASE_URL": url,
            "APP_VERSION": "1.2.3",
            "ENVIRONMENT": "test",
            "LOG_LEVEL": "debug",
            "BOARD_REPOSITORY": gitops.folder.as_uri(),
            "MIRROR_FOLDER": str(folder / "mirror.git"),
        }
    )


@pytest.fixture
def board_settings(board_url: str, gitops: GitOps, tmp_path: Path) -> Settings:
    return settings_of(board_url, gitops, tmp_path)


@pytest.fixture
def board(board_settings: Settings) -> Iterator[Flask]:
    from release_board import create_app

    app = create_app(board_settings)
    yield app
    app.extensions["release_board.database"].engine.dispose()


@pytest.fixture
def collector(board: Flask, board_settings: Settings) -> Collector:
    """Return the collector of the same board."""
    from release_board.sources.collector import Collector

    return Collector(board.extensions["release_board.database"], board_settings)


@pytest.fixture(scope="module")
def generated_pages(shared: Callable[[Callable[[GitOps], object]], FlaskClient]) -> FlaskClient:
    """Return a client of a board of a repository as generated, for tests that only read it."""
    return shared(lambda _: None)


@pytest.fixture
def pages(board: Flask) -> FlaskClient:
    return board.test_client()


@pytest.fixture
def statements(board: Flask) -> Iterator[list[str]]:
    """Return the list that grows by each SQL statement that reads rows; clear it before what is counted."""
    from sqlalchemy import event

    found: list[str] = []

    def take(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            found.append(statement)

    engine = board.extensions["release_board.database"].engine
    event.listen(engine, "before_cursor_execute", take)
    yield found
    event.remove(engine, "before_cursor_execute", take)
