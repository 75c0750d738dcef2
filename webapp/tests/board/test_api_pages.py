"""The API shows what pages show: open requests, comparisons, releases, what holds a promotion, activity, audit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from generator import LiveState, OpenRequest, Review
from sqlalchemy.orm import Session

from access_board import SIGNED_IN, on
from release_board.access import audit
from release_board.sources import live
from release_board.sources.collector import LOCK, Collector
from release_board.store.event_log import SqlLog

if TYPE_CHECKING:
    from gitops_repository import GitOps

HOME = "https://board.example.com"


def release(gitops: GitOps) -> None:
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    gitops.bump("web", "1.1", "dev", "prod")
    gitops.roll_back("web", "prod", "loses orders")
    gitops.bump("cart", "2.0", "dev")


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


def open_requests(board: Flask, *numbers: int) -> None:
    requests = tuple(
        OpenRequest(
            str(number), f"https://git.example.com/{number}", f"Promote {number}", "prod", ("web",),
            {"web": ("1.0", "1.1")}, Review("Ann", 1_900_000_000 + number),
        )
        for number in numbers
    )  # fmt: skip
    state = LiveState({("web", "prod"): requests[-1].url} if requests else {}, None, (), requests)
    with board.extensions["release_board.database"].exclusive(LOCK) as connection, Session(connection) as session:
        live.store(session, state, 2_000_000_000, SqlLog())
        session.flush()


def test_open_requests_are_unknown_until_the_forge_answers(filled: FlaskClient, board: Flask) -> None:
    assert filled.get("/api/waiting").get_json()["requests"] is None
    open_requests(board)
    assert filled.get("/api/waiting").get_json()["requests"] == []


def test_open_requests_come_page_by_page_the_oldest_first(filled: FlaskClient, board: Flask) -> None:
    open_requests(board, *range(150))
    url, seen = "/api/waiting", []
    while url:
        answer = filled.get(url).get_json()
        seen += answer["requests"]
        url = answer["next"]
    assert [one["number"] for one in seen] == [str(number) for number in range(150)]
    assert seen[0]["moves"] == [{"app": "web", "before": "1.0", "after": "1.1"}]
    assert seen[0]["turn"]["who"] == "unknown"


def test_releases_say_what_each_is_in_every_environment(read: FlaskClient) -> None:
    found = read.get("/api/releases/web").get_json()["releases"]
    assert [(one["tag"], [place["kind"] for place in one["environments"]]) for one in found] == [
        ("1.1", ["live", "not yet", "failed"]),
        ("1.0", ["was here", "live", "live"]),
    ]


def test_what_holds_a_promotion_is_said_in_its_words(read: FlaskClient) -> None:
    held = read.get("/api/promotions/web/prod").get_json()
    assert (held["before"], held["may_land"], [one["cause"] for one in held["holds"]]) == ("staging", False, ["same"])
    free = read.get("/api/promotions/cart/staging").get_json()
    assert (free["may_land"], free["title"], free["holds"]) == (True, "Promote cart 2.0 from dev to staging", [])


def test_activity_is_filtered_as_on_its_page(read: FlaskClient) -> None:
    def told(query: str) -> list[tuple[str, str, str]]:
        found = read.get(f"/api/events?{query}").get_json()["events"]
        return [(one["app"], one["environment"], one["tag"]) for one in found]

    assert told("app=web&action=released&environment=prod") == [("web", "prod", "1.1"), ("web", "prod", "1.0")]
    assert told("action=rolled back") == [("web", "prod", "1.0")]
    assert told("q=2.0&person=Ann Lee") == [("cart", "dev", "2.0")]
    assert told("since=2999-01-01") == told("person=nobody") == told("app=%00") == []


def test_comparisons_are_those_of_the_page(read: FlaskClient) -> None:
    answer = read.get("/api/compare?from=dev&to=staging&app=web").get_json()
    (web,) = answer["apps"]
    assert (answer["from"], answer["to"], answer["next"]) == ("dev", "staging", None)
    assert web["problem"] or any(one["field"].endswith("image") for one in web["unexpected"])


def test_metrics_are_those_of_the_page(read: FlaskClient) -> None:
    assert read.get("/api/delivery").get_json()["apps"] == read.get("/delivery.json").get_json()["apps"]
    assert read.get("/api/delivery/web").get_json()["fail_rate"]["counted"] == 1


def test_the_pages_of_an_app_lead_to_its_metrics(read: FlaskClient) -> None:
    for path in ("/apps/web", "/apps/web/prod"):
        assert 'href="/delivery/web"' in read.get(path).text


def test_the_audit_log_is_for_those_who_may_act(board_url: str) -> None:
    app = on(board_url, **SIGNED_IN)
    client = app.test_client()
    assert client.get("/api/audit", base_url=HOME).status_code == 401
    with app.test_request_context():
        for number in range(audit.PAGE + 1):
            audit.note("Ann", "promote", app="web", environment="prod", detail=str(number), outcome="done")
    for groups, status in (({"readers"}, 403), ({"releasers"}, 200)):
        with client.session_transaction(base_url=HOME) as session:
            session["reader"] = {"sub": "1", "name": "Ann", "email": "a@b.c", "groups": [*groups], "at": 4_000_000_000}
        assert client.get("/api/audit", base_url=HOME).status_code == status
    first = client.get("/api/audit", base_url=HOME).get_json()
    rest = client.get(first["next"], base_url=HOME).get_json()
    details = [one["detail"] for one in first["entries"] + rest["entries"]]
    assert (details, rest["next"]) == ([str(number) for number in reversed(range(audit.PAGE + 1))], None)
    answer = client.get("/api/audit?before=x", base_url=HOME)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    app.extensions["release_board.database"].engine.dispose()


def test_the_guide_names_every_route() -> None:
    from release_board.api.document import ROUTES

    page = (Path(__file__).parents[3] / "docs/guides/board.md").read_text()
    named = {*re.findall(r"board\.example\.com(/api/[a-z]+)", page), "/api/audit"}
    assert {"/" + "/".join(route.split("/")[1:3]) for route in ROUTES} <= named
