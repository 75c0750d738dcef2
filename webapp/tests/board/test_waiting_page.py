"""Waiting: the oldest request first, whose turn it is, what it moves, and what is not known."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from generator import LiveState, OpenRequest, Review
from sqlalchemy.orm import Session

from release_board.board.waiting import turn
from release_board.sources import live
from release_board.sources.collector import LOCK, Collector
from release_board.store.event_log import SqlLog
from release_board.store.models import Cell, Request


def request(number: str, **about: Any) -> OpenRequest:
    moves = {"web": ("1.0", "1.1")}
    url = f"https://git.example.com/acme/shop/pulls/{number}"
    return OpenRequest(number, url, f"Promote {number}", "prod", ("cart", "web"), moves, Review(**about))


def store(board: Flask, found: tuple[OpenRequest, ...] | None, now: int = 2_000_000_000, **about: Any) -> None:
    requests = {(app, one.environment): one.url for one in found or () for app in one.apps}
    state = LiveState(requests, about.pop("running", None), open=found, **about)
    with board.extensions["release_board.database"].exclusive(LOCK) as connection, Session(connection) as session:
        live.store(session, state, now, SqlLog())
        session.flush()


def test_the_oldest_comes_first_and_several_apps_are_one_entry(
    collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    collector.collect()
    assert "Open requests are not known" in pages.get("/waiting").text
    store(board, (request("7", created=1_900_000_000), request("9", created=1_800_000_000, author="Ann")))
    page = pages.get("/waiting").text
    assert page.index("Promote 9") < page.index("Promote 7")
    assert page.count('scope="row"') == 2
    assert page.count("what it would get is not known") == 2
    assert '<span class="tag quiet">1.0</span> → <span class="tag">1.1</span>' in page


def test_a_forge_that_does_not_answer_has_closed_nothing(
    collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    collector.collect()
    store(board, (request("7"),))
    store(board, None, now=2_000_000_060, forge_problem="pull requests are left out: no answer")
    assert "Promote 7" in pages.get("/waiting").text
    assert "The forge does not answer" in pages.get("/waiting").text
    with board.extensions["release_board.database"].session() as session:
        cell = session.get(Cell, ("web", "prod"))
        assert cell.request.endswith("/7")
        assert cell.request_since == 2_000_000_000
    store(board, (), now=2_000_000_120)
    assert "No request is open" in pages.get("/waiting").text


def test_a_forge_that_was_not_asked_is_not_said_to_have_answered(
    collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    collector.collect()
    store(board, None, running={})
    assert "the forge was not asked" in pages.get("/waiting").text
    assert "the forge was not asked" in pages.get("/apps/web/prod").text
    assert [one["source"] for one in pages.get("/api/waiting").get_json()["heard"]] == ["git", "cluster"]
    store(board, None, running={}, forge_problem="pull requests are left out: PyGithub is not installed")
    assert "PyGithub is not installed" in pages.get("/waiting").text
    assert "the forge has not answered" in pages.get("/apps/web/prod").text
    assert pages.get("/api/waiting").get_json()["requests"] is None


def test_a_silent_cluster_is_not_the_forge_s_fault(collector: Collector, board: Flask, pages: FlaskClient) -> None:
    collector.collect()
    store(board, (), running={})
    store(board, (), now=2_000_000_600, cluster_problem="Argo CD is left out: it does not answer")
    heard = {one["source"]: one for one in pages.get("/api/waiting").get_json()["heard"]}
    assert (heard["forge"]["problem"], heard["forge"]["heard"]) == (None, 2_000_000_600)
    assert heard["cluster"]["problem"] == "Argo CD is left out: it does not answer"
    assert heard["cluster"]["heard"] == 2_000_000_000
    assert "The forge does not answer" not in pages.get("/waiting").text


@pytest.mark.parametrize(
    ("about", "who"),
    [
        ({"draft": True, "reviewers": ["bob"]}, "author"),
        ({"checks": "failed", "decision": "approved"}, "author"),
        ({"decision": "changes requested"}, "author"),
        ({"mergeable": False}, "author"),
        ({"decision": "approved", "checks": "passed"}, "merge"),
        ({"ready": True}, "merge"),
        ({"decision": "review required"}, "reviewers"),
        ({"reviewers": ["bob"]}, "reviewers"),
        ({"checks": "running"}, "checks"),
        ({"decision": "approved"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_whose_turn_it_is_is_never_guessed(about: dict[str, Any], who: str) -> None:
    found = turn(Request(number="1", author="ann", **about))
    assert found.who == who
    if who == "reviewers" and "reviewers" in about:
        assert found.names == ["bob"]


def test_hostile_text_is_no_markup_and_no_link(collector: Collector, board: Flask, pages: FlaskClient) -> None:
    collector.collect()
    bad = "<script>alert(1)</script>\0"
    store(board, (OpenRequest("1", "javascript:alert(1)", bad, "prod", ("web",), {"web": (bad, bad)}, Review(bad)),))
    page = pages.get("/waiting").text
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_the_number_of_statements_does_not_grow(
    collector: Collector, board: Flask, statements: list[str], pages: FlaskClient
) -> None:
    collector.collect()
    counts = []
    for length in (1, 30):
        store(board, tuple(request(str(number)) for number in range(length)))
        statements.clear()
        pages.get("/waiting")
        counts.append(len(statements))
    assert counts == [4, 4]
