"""A password that Secrets Manager keeps and that changes: read when it is needed, and again when it is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from pathlib import Path

import boto3
import psycopg
import pytest

from postgresql_server import PASSWORD, PostgresqlServer
from release_board import create_app
from release_board.config import Settings


class Kept:
    """A role of a database, and the secret with its password."""

    def __init__(self, server: PostgresqlServer, endpoint: str) -> None:
        self.server = server
        self.role = f"app_{uuid.uuid4().hex}"
        self.database = f"test_{uuid.uuid4().hex}"
        self.secrets = boto3.client("secretsmanager", endpoint_url=endpoint, region_name="eu-west-1")
        server.create(self.database, "template_board")
        self._execute(f"CREATE ROLE {self.role} LOGIN SUPERUSER PASSWORD 'first'")
        self.arn = self.secrets.create_secret(Name=f"rds!{self.role}", SecretString=self._text("first"))["ARN"]

    @property
    def url(self) -> str:
        """Return the URL as RDS' module gives it: without a password."""
        return self.server.url(self.database).replace(f"shop:{PASSWORD}@", f"{self.role}@")

    def change(self, password: str, *, told: bool = True) -> None:
        """Change the password, and drop the connections that were opened with the one before."""
        self._execute(f"ALTER ROLE {self.role} PASSWORD '{password}'")
        self._execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{self.role}'")
        if told:
            self.secrets.put_secret_value(SecretId=self.arn, SecretString=self._text(password))

    def _text(self, password: str) -> str:
        return json.dumps({"username": self.role, "password": password})

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture
def kept(board_template: PostgresqlServer, aws: str) -> Kept:
    return Kept(board_template, aws)


def test_the_app_goes_on_after_its_password_has_changed(kept: Kept) -> None:
    board = create_app(Settings.from_environment({"DATABASE_URL": kept.url, "DATABASE_SECRET": kept.arn}))
    pages = board.test_client()
    assert pages.get("/").status_code == 200
    kept.change("new and longer")
    assert pages.get("/").status_code == 200
    assert pages.get("/readyz").status_code == 200
    board.extensions["release_board.database"].engine.dispose()


def test_a_password_that_is_refused_twice_is_a_failure(kept: Kept) -> None:
    board = create_app(Settings.from_environment({"DATABASE_URL": kept.url, "DATABASE_SECRET": kept.arn}))
    pages = board.test_client()
    kept.change("unknown", told=False)
    assert pages.get("/").status_code == 503
    assert pages.get("/readyz").status_code == 503


@pytest.mark.full
def test_nothing_of_aws_is_loaded_without_it() -> None:
    script = "import sys, release_board as b; b.create_app(); print([m for m in sys.modules if m.startswith('boto')])"
    folder = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
