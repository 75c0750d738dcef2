"""Every failure is JSON, carries a request id, and tells nothing of the inside."""

import logging
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (404, {"path": "/nope"}),
        (404, {"path": "/api/products/99999999999999999999"}),
        (405, {"path": "/api/products", "method": "PUT"}),
        (415, {"path": "/api/orders", "method": "POST", "data": "a=1"}),
        (400, {"path": "/api/orders", "method": "POST", "data": "{", "content_type": "application/json"}),
        (400, {"path": "/api/orders", "method": "POST", "json": [1]}),
        (400, {"path": "/api/orders", "method": "POST", "data": "[" * 60000, "content_type": "application/json"}),
        (413, {"path": "/api/orders", "method": "POST", "json": {"items": "x" * 70000}}),
    ],
)
def test_client_errors(client: FlaskClient, status: int, request_: dict[str, Any]) -> None:
    answer = client.open(**request_)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_405_says_what_is_allowed(client: FlaskClient) -> None:
    assert "POST" in client.put("/api/orders").headers["Allow"]


def test_a_bug_is_a_500_without_details_and_logged_with_them(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str:
        raise RuntimeError("the secret recipe")

    app.add_url_rule("/broken", view_func=broken)
    logging.getLogger("shop").addHandler(caplog.handler)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert "recipe" not in answer.text
    assert "the secret recipe" in caplog.text


def test_a_lost_database_is_a_503_that_invites_to_retry() -> None:
    from shop import create_app
    from shop.config import Settings

    settings = Settings.from_environment({"DATABASE_URL": "postgresql://ann:hunter2@127.0.0.1:1/shop"})
    client = create_app(settings).test_client()
    answer = client.get("/api/products")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "127.0.0.1" not in answer.text
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json == {"status": "unavailable", "reason": "the database does not answer"}
    page = client.get("/")
    assert page.status_code == 503
    assert "not available" in page.text
