"""Probes, the version, and the page."""

import socket
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shop import create_app
from shop.config import Settings
from waiting import PATIENCE


def test_a_migrated_app_is_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready"}


def test_an_app_without_its_tables_is_alive_but_not_ready(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        empty_url = "sqlite://"
    client = create_app(Settings.from_environment({"DATABASE_URL": empty_url})).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["reason"] == "the database is at revision none, this release needs 0001"


def test_the_release_before_stays_ready_after_the_next_one_has_migrated(app: Flask) -> None:
    with app.extensions["shop.database"].session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'next'"))
    assert app.test_client().get("/readyz").status_code == 200


def test_a_database_that_accepts_and_then_says_nothing_is_given_up_within_seconds() -> None:
    with ThreadPoolExecutor() as pool, socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://ann@127.0.0.1:{silent.getsockname()[1]}/shop"
        client = create_app(Settings.from_environment({"DATABASE_URL": url})).test_client()
        assert pool.submit(client.get, "/readyz").result(PATIENCE).status_code == 503


def test_version(client: FlaskClient) -> None:
    assert client.get("/version").json == {"version": "1.2.3", "environment": "test"}


def test_the_page_shows_release_and_products_and_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    assert "No products yet" in client.get("/").text
    client.post("/api/products", json={"sku": "mug", "name": "Enamel mug", "price_cents": 1405, "stock": 0})
    answer = client.get("/")
    for expected in ("1.2.3", "test", "Enamel mug", "14.05", "sold out"):
        assert expected in answer.text
    assert "://" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    with client.get("/static/style.css") as style:
        assert style.status_code == 200
