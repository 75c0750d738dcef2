"""The API: every route is in its document, every answer is as the document says, and what is wrong is named."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient

from release_board.api.document import ROUTES
from release_board.sources.collector import Collector

if TYPE_CHECKING:
    from gitops_repository import GitOps


def release(gitops: GitOps) -> None:
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    gitops.bump("web", "1.1", "dev", "prod")
    gitops.roll_back("web", "prod", "loses orders")


@pytest.fixture
def filled(gitops: GitOps, collector: Collector, pages: FlaskClient) -> FlaskClient:
    """Return a client of a board with releases, a rollback and a pin."""
    release(gitops)
    collector.collect()
    return pages


@pytest.fixture(scope="module")
def read(shared: Callable[[Callable[[GitOps], object]], FlaskClient]) -> FlaskClient:
    """Return a client of such a board, which tests share that only read it."""
    return shared(release)


def check(document: dict[str, Any], path: str, answer: Any) -> None:
    """Hold an answer against what the document says of a path."""
    said = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(answer, {**said, "components": document["components"]})


def test_every_route_is_in_the_document(board: Flask) -> None:
    rules = {re.sub(r"<(\w+)>", r"{\1}", rule.rule) for rule in board.url_map.iter_rules()}
    assert {rule for rule in rules if rule.startswith("/api/")} == {*ROUTES, "/api/openapi.json"}


QUERIES = {"/api/find": "?q=1.1", "/api/compare": "?from=staging&to=prod"}


@pytest.mark.thin(2)
@pytest.mark.parametrize("path", [path for path in ROUTES if path != "/api/audit"])
def test_answers_are_as_the_document_says(path: str, read: FlaskClient) -> None:
    document = read.get("/api/openapi.json").get_json()
    url = path.format(app="web", environment="prod") + QUERIES.get(path, "")
    answer = read.get(url)
    assert answer.status_code == 200
    check(document, path, answer.get_json())


def test_the_board_says_what_the_page_shows(read: FlaskClient) -> None:
    answer = read.get("/api/board").get_json()
    assert answer["environments"] == ["dev", "staging", "prod"]
    assert answer["counts"]["pinned"] == 1
    web = next(one for one in answer["apps"] if one["app"] == "web")
    prod = next(one for one in web["cells"] if one["environment"] == "prod")
    assert (prod["tag"], prod["state"], prod["pin"]["reason"], prod["live"]) == ("1.0", "pinned", "loses orders", None)


def test_events_come_page_by_page_and_each_once(gitops: GitOps, filled: FlaskClient, collector: Collector) -> None:
    gitops.bump_often("web", [f"1.{number}" for number in range(2, 30)], "dev")
    collector.collect()
    url, seen = "/api/apps/web/dev/events", []
    while url:
        page = filled.get(url).get_json()
        seen += [one["tag"] for one in page["events"]]
        url = page["next"]
    assert seen == [*(f"1.{number}" for number in reversed(range(30))), "unreleased"]


def test_an_answer_that_is_known_is_not_sent_again(read: FlaskClient) -> None:
    answer = read.get("/api/apps/web")
    again = read.get("/api/apps/web", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        ("/api/board?page=0&state=green&q=" + "x" * 101, {"page", "state", "q"}),
        ("/api/events?after=yesterday", {"after"}),
        ("/api/apps/web/dev/events?after=1", {"after"}),
        ("/api/find?q=" + "x" * 101, {"q"}),
        ("/api/events?action=danced&since=soon&until=", {"action"}),
        ("/api/events?since=soon", {"since"}),
        ("/api/waiting?after=1", {"after"}),
        ("/api/compare?from=dev&to=moon", {"to"}),
        ("/api/compare?from=dev&to=dev", {"to"}),
        ("/api/delivery?days=1&page=x", {"days", "page"}),
        ("/api/delivery/web?days=1000", {"days"}),
        ("/api/releases/web?after=now", {"after"}),
    ],
)
def test_every_value_that_is_wrong_is_named(url: str, fields: set[str], read: FlaskClient) -> None:
    answer = read.get(url)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert set(answer.get_json()["fields"]) == fields


@pytest.mark.parametrize(
    "path",
    [
        "apps/nothing",
        "apps/web/nowhere",
        "apps/%2e%2e",
        "apps/web/x/events",
        "delivery/x",
        "releases/x",
        "promotions/web/dev",
        "promotions/x/prod",
        "compare?from=dev&to=prod&app=x",
    ],
)
def test_what_is_not_there_is_a_404(path: str, read: FlaskClient) -> None:
    answer = read.get(f"/api/{path}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_badge_shows_the_tag_and_what_it_is(read: FlaskClient) -> None:
    badge = read.get("/badges/web/prod.svg")
    assert badge.mimetype == "image/svg+xml"
    assert "web prod" in badge.text
    assert "⚑ 1.0" in badge.text
    assert "unknown" in read.get("/badges/nothing/prod.svg").text


def test_the_metrics_tell_requests_states_and_silence(filled: FlaskClient) -> None:
    filled.get("/api/apps/web")
    filled.get("/nowhere/at/all")
    said = filled.get("/metrics").text
    assert 'board_requests_total{method="GET",route="/api/apps/<app>",status="200"}' in said
    assert "/nowhere/at/all" not in said
    assert 'board_apps{state="pinned"} 1.0' in said
    assert 'board_source_silence_seconds{source="git"}' in said
    assert "board_database_up 1.0" in said


def test_the_documented_calls_work(read: FlaskClient) -> None:
    page = (Path(__file__).parents[3] / "docs/guides/board.md").read_text()
    calls = re.findall(r"^\$ curl -s 'https://board\.example\.com(/[^']*)'", page, re.MULTILINE)
    assert len(calls) >= 4
    assert {call: read.get(call).status_code for call in calls} == dict.fromkeys(calls, 200)


@pytest.mark.full
def test_traces_go_where_the_variables_say(board_url: str) -> None:
    """Check it in a process of its own, since instrumentation stays for as long as one lives."""
    got: list[tuple[str, bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        script = (
            "from opentelemetry import trace; from release_board import create_app;"
            "create_app().test_client().get('/'); trace.get_tracer_provider().force_flush()"
        )
        endpoint = f"http://127.0.0.1:{server.server_port}"
        environment = {**os.environ, "DATABASE_URL": board_url, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        subprocess.run([sys.executable, "-c", script], env=environment, check=True, cwd=Path(__file__).parents[2])
        server.shutdown()
        thread.join()
    assert {path for path, _ in got} == {"/v1/traces"}
    assert any(b"release-board" in body and b"GET /" in body for _, body in got)
