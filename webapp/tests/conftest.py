"""Fixtures: servers that tests share, each started for the whole run when it is first needed.

`release_board` is imported inside the fixtures, so that a run of the whole repository without the app's requirements
leaves this folder out with a message instead of failing.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))
# The board reads git through the generator, which lies beside this folder where it is not installed.
sys.path.append(str(Path(__file__).parents[2]))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(Path(__file__).parents[2])]))

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testing.servers.gitea import Rig

    from postgresql_server import PostgresqlServer

# Where all tests of this repository write, how deep they go, and how often Python looks for garbage is the same.
from testing import depth, scratch
from testing.fixtures import all_templates, git_template, identity, pytest_collection_finish, templates

__all__ = ["all_templates", "git_template", "identity", "pytest_collection_finish", "scratch", "templates"]
pytest_report_header = depth.pytest_report_header
MISSING = [
    name
    for name in ("alembic", "boto3", "flask", "gunicorn", "hypothesis", "moto", "psycopg", "sqlalchemy")
    if not importlib.util.find_spec(name)
]
collect_ignore_glob = ["test_*.py", "board/*"] if MISSING else []

# Fixtures of databases, which are on SQLite or on PostgreSQL.
DATABASES = ("board_url", "board_empty_url", "shared_url")
AMONG_OTHERS = {
    "test_api_pages", "test_compare_page", "test_compare_releases", "test_deliveries", "test_etags", "test_failures",
    "test_large_repository", "test_live_events", "test_live_pages", "test_logs", "test_products", "test_why_not",
}  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave, of the tests that take any database, all but one of each module on PostgreSQL to a run in full.

    Modules whose pages and statements those of others are have none.
    """
    seen = {item.path for item in items if item.path.stem in AMONG_OTHERS}
    for item in items:
        called = getattr(item, "callspec", None)
        if called and "postgresql" in [called.params.get(name) for name in DATABASES]:
            if item.path in seen:
                item.add_marker(pytest.mark.full)
            elif not item.get_closest_marker("full"):
                seen.add(item.path)
    depth.pytest_collection_modifyitems(config, items)


@pytest.fixture(scope="session", autouse=True)
def plain_git(identity: None, git_template: Path) -> Iterator[None]:
    """Leave git's samples of hooks out of what tests and the board make: most files of a small repository."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_TEMPLATE_DIR", str(git_template))
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_pages() -> Iterator[None]:
    """Compile each template of a page once for a worker: each of its many boards would compile what it shows."""
    from flask import Flask
    from jinja2.bccache import Bucket, BytecodeCache

    class Compiled(BytecodeCache):
        def __init__(self) -> None:
            self.codes: dict[tuple[str, str], CodeType | None] = {}

        def load_bytecode(self, bucket: Bucket) -> None:
            bucket.code = self.codes.get((bucket.key, bucket.checksum))

        def dump_bytecode(self, bucket: Bucket) -> None:
            self.codes[bucket.key, bucket.checksum] = bucket.code

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", Compiled())
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MISSING:
        terminalreporter.section("webapp/tests left out")
        terminalreporter.line(f"missing: {', '.join(MISSING)}; pip install -r webapp/requirements-dev.lock")


@pytest.fixture(scope="session")
def postgresql_binaries() -> Path:
    """Return where the programs of PostgreSQL are; where they are not, tests are skipped."""
    from postgresql_server import find_binaries

    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server here: no initdb on the PATH or in /usr/lib/postgresql/*/bin")
    return binaries


@pytest.fixture(scope="session")
def postgresql(postgresql_binaries: Path) -> Iterator[PostgresqlServer]:
    """Start a PostgreSQL server for the whole run."""
    from postgresql_server import PostgresqlServer

    with PostgresqlServer(postgresql_binaries) as server:
        yield server


@pytest.fixture
def own_postgresql(postgresql_binaries: Path) -> Iterator[PostgresqlServer]:
    """Start a PostgreSQL server for one test, which may stop it."""
    from postgresql_server import PostgresqlServer

    with PostgresqlServer(postgresql_binaries) as server:
        yield server


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return where Debian's Chromium is; where it is not, tests are skipped, and in CI they fail."""
    path = shutil.which("chromium")
    if path is None:
        why = "chromium is not on PATH; apt-get install chromium"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"{why} (skipped, but for CI=true)", pytrace=False)
        pytest.skip(why)
    return path


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """Start Gitea for the whole run; without it these tests are skipped, and in CI they fail."""
    from testing.needs import need
    from testing.servers.gitea import started

    need("gitea")
    with started() as running:
        yield running


@pytest.fixture(scope="session")
def aws_server() -> Iterator[str]:
    """Start moto's server, which plays DynamoDB and Secrets Manager, and return its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(aws_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Lead the app to it, with credentials that are none."""
    given = {"AWS_ENDPOINT_URL": aws_server, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "x"}
    for name, value in {**given, "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    return aws_server
