"""The log line of a request."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from release_board.operations.logs import JsonFormatter

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(pages: FlaskClient, caplog: pytest.LogCaptureFixture) -> Lines:
    logging.getLogger("release_board").addHandler(caplog.handler)
    formatter = JsonFormatter()
    return lambda: [
        json.loads(formatter.format(record)) for record in caplog.records if record.name == "release_board.request"
    ]


def test_one_line_per_request(pages: FlaskClient, lines: Lines) -> None:
    pages.get("/version?limit=1", headers={"X-Request-Id": "abc-123"})
    [line] = lines()
    assert line.pop("ms") >= 0
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "release_board.request",
        "message": "request",
        "method": "GET",
        "path": "/version",
        "status": 200,
        "request_id": "abc-123",
    }


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, '"},{"', "é"])
def test_a_request_id_that_is_not_sane_is_replaced(pages: FlaskClient, lines: Lines, given: str) -> None:
    answer = pages.get("/version", headers={"X-Request-Id": given})
    [line] = lines()
    assert line["request_id"] == answer.headers["X-Request-Id"] != given
    assert len(line["request_id"]) == 32


def test_a_path_cannot_start_a_line_of_its_own(pages: FlaskClient, lines: Lines) -> None:
    pages.get("/a%0A%7B%22level%22%3A%22INFO%22%7D")
    assert [line["path"] for line in lines()] == ['/a\n{"level":"INFO"}']


def test_probes_that_succeed_are_worth_debug_only(pages: FlaskClient, lines: Lines) -> None:
    pages.get("/healthz")
    assert [line["level"] for line in lines()] == ["DEBUG"]
