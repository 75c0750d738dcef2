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
        (404, {"path": "/webhooks/forge", "method": "POST", "json": {}}),
        (405, {"path": "/webhooks/forge", "method": "PUT"}),
    ],
)
def test_client_errors(pages: FlaskClient, status: int, request_: dict[str, Any]) -> None:
    answer = pages.open(**request_)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_405_says_what_is_allowed(pages: FlaskClient) -> None:
    assert "POST" in pages.put("/webhooks/forge").headers["Allow"]


def test_a_bug_is_a_500_without_details_and_logged_with_them(board: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str:
        raise RuntimeError("the secret recipe")

    board.add_url_rule("/broken", view_func=broken)
    logging.getLogger("release_board").addHandler(caplog.handler)
    answer = board.test_client().get("/broken")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert "recipe" not in answer.text
    assert "the secret recipe" in caplog.text


def test_a_lost_database_is_a_503_that_invites_to_retry() -> None:
    from release_board import create_app
    from release_board.config import Settings

    settings = Settings.from_environment({"DATABASE_URL": "postgresql://ann:hunter2@127.0.0.1:1/shop"})
    pages = create_app(settings).test_client()
    answer = pages.get("/")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "127.0.0.1" not in answer.text
    assert pages.get("/healthz").status_code == 200
    assert pages.get("/readyz").json == {"status": "unavailable", "reason": "the database does not answer"}


def test_a_browser_gets_a_page_with_the_same_words(pages: FlaskClient) -> None:
    answer = pages.get("/nope", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "Not Found" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
