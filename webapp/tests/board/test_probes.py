"""Probes, the version, and the page."""

import socket
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from release_board import create_app
from release_board.config import Settings
from waiting import PATIENCE


def test_a_migrated_app_is_alive_and_ready(pages: FlaskClient) -> None:
    assert pages.get("/healthz").json == {"status": "ok"}
    assert pages.get("/readyz").json == {"status": "ready"}


def test_an_app_without_its_tables_is_alive_but_not_ready(board_empty_url: str) -> None:
    if board_empty_url.startswith("sqlite"):
        board_empty_url = "sqlite://"
    pages = create_app(Settings.from_environment({"DATABASE_URL": board_empty_url})).test_client()
    assert pages.get("/healthz").status_code == 200
    answer = pages.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["reason"] == "the database is at revision none, this release needs 0001"


def test_the_release_before_stays_ready_after_the_next_one_has_migrated(board: Flask) -> None:
    with board.extensions["release_board.database"].session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'next'"))
    assert board.test_client().get("/readyz").status_code == 200


def test_a_database_that_accepts_and_then_says_nothing_is_given_up_within_seconds() -> None:
    with ThreadPoolExecutor() as pool, socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://ann@127.0.0.1:{silent.getsockname()[1]}/shop"
        pages = create_app(Settings.from_environment({"DATABASE_URL": url})).test_client()
        assert pool.submit(pages.get, "/readyz").result(PATIENCE).status_code == 503


def test_version(pages: FlaskClient) -> None:
    assert pages.get("/version").json == {"version": "1.2.3", "environment": "test"}
