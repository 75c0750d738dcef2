"""Activity: one entry for each commit, its filters, its pages, its marks with their reasons, and its feeds."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from release_board.board import activity
from release_board.board.activity import Entry, Filter, moment_of
from release_board.board.cell import Position
from release_board.sources.collector import Collector

if TYPE_CHECKING:
    from gitops_repository import GitOps

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(board: Flask, wanted: Filter | None = None, before: Position | None = None) -> activity.Activity:
    with board.extensions["release_board.database"].session() as session:
        return activity.activity(session, wanted or Filter(), before)


def cells(entry: Entry) -> set[tuple[str, str, str | None]]:
    return {(row.app, row.environment, row.tag) for row in entry.cells}


def test_a_commit_that_moves_three_cells_is_one_entry(gitops: GitOps, collector: Collector, board: Flask) -> None:
    commit = gitops.bump("web", "1.0", "dev", "staging", "prod")
    collector.collect()
    newest, first = entries(board).entries
    assert (newest.commit, newest.total, len(first.cells)) == (commit, 3, 6)
    assert cells(newest) == {("web", name, "1.0") for name in ("dev", "staging", "prod")}
    assert newest.title == "released web 1.0 in dev, staging, prod"


def test_marks_come_with_their_reasons(gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "prod")
    gitops.bump("web", "1.1", "prod")
    gitops.roll_back("web", "prod", "loses orders")
    gitops.pin("cart", "prod", "sale until Monday")
    overlay = gitops.folder / "overlays" / "dev" / "web" / "kustomization.yaml"
    overlay.write_text(overlay.read_text().replace("newTag: unreleased", "newTag: by-hand"))
    gitops.commit("Set the tag\n\nThe pipeline is down.\n\nSigned-off-by: Ann")
    collector.collect()
    edited, pinned, back = entries(board).entries[:3]
    assert [(one.marks, one.reasons) for one in (edited, pinned, back)] == [
        (["edited"], ["The pipeline is down."]),
        (["pinned"], ["sale until Monday"]),
        (["rolled back"], ["loses orders"]),
    ]
    page = pages.get("/activity").text
    for words in ("✎ edited by hand", "⚑ pinned", "↩ rolled back", "<q>loses orders</q>"):
        assert words in page


def test_filters_are_in_the_url(gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev", "staging")
    gitops.git("config", "user.name", "Bob")
    newest = gitops.bump("cart", "2.0", "dev")
    collector.collect()
    day = gitops.git("log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%d")
    for wanted, expected in (
        (Filter(app="cart", action="released"), {("cart", "dev", "2.0")}),
        (Filter(environment="staging", action="released"), {("web", "staging", "1.0")}),
        (Filter(person="Bob"), {("cart", "dev", "2.0")}),
        (Filter(text=newest[:8], app="cart", environment="dev", person="Bob"), {("cart", "dev", "2.0")}),
        (Filter(text="2.0"), {("cart", "dev", "2.0")}),
        (Filter(since=moment_of("2100-01-01")), set()),
        (Filter(until=moment_of("2000-01-01", end=True)), set()),
    ):
        assert {cell for one in entries(board, wanted).entries for cell in cells(one)} == expected
    page = pages.get(f"/activity?person=Bob&since=2000-01-01&until={day[:2]}99-12-31").text
    assert "2.0" in page
    assert "Nothing matches" not in page
    assert 'href="/activity.atom?person=Bob&amp;since=2000-01-01' in page
    assert "is no date" in pages.get("/activity?since=yesterday").text


def test_pages_follow_each_other_without_a_gap(
    monkeypatch: pytest.MonkeyPatch, gitops: GitOps, collector: Collector, board: Flask
) -> None:
    monkeypatch.setattr(activity, "PAGE", 2)
    made = [gitops.bump("web", f"1.{number}", "dev", "prod") for number in range(4)]
    collector.collect()
    found: list[str] = []
    before: Position | None = None
    for _ in range(3):
        page = entries(board, before=before)
        found += [one.commit for one in page.entries]
        before = page.next
    assert before is None
    assert found[:4] == made[::-1]
    assert len(found) == 5


def test_a_commit_with_more_cells_than_a_page_reads_is_one_entry(
    monkeypatch: pytest.MonkeyPatch, gitops: GitOps, collector: Collector, board: Flask
) -> None:
    monkeypatch.setattr(activity, "READ", 2)
    monkeypatch.setattr(activity, "CELLS", 1)
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    collector.collect()
    page = entries(board)
    assert [(one.total, len(one.cells)) for one in page.entries] == [(3, 1)]
    page = entries(board, before=page.next)
    assert [one.total for one in page.entries] == [6]


def test_feeds_have_the_filters_and_tell_what_has_not_changed(
    gitops: GitOps, collector: Collector, pages: FlaskClient
) -> None:
    gitops.bump("web", "1.0", "dev")
    gitops.bump("cart", "2.0", "dev")
    collector.collect()
    answer = pages.get("/activity.atom?app=web&action=released")
    feed = ElementTree.fromstring(answer.data)
    assert answer.mimetype == "application/atom+xml"
    assert [one.findtext(f"{ATOM}title") for one in feed.iter(f"{ATOM}entry")] == ["released web 1.0 in dev"]
    again = pages.get("/activity.atom?app=web&action=released", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    since = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert pages.get("/activity.json", headers=since).status_code == 304
    items = json.loads(pages.get("/activity.json?app=web").data)
    assert items["version"] == "https://jsonfeed.org/version/1.1"
    assert items["items"][0]["title"] == "released web 1.0 in dev"
    gitops.bump("web", "1.1", "dev")
    collector.collect()
    changed = pages.get("/activity.atom?app=web&action=released", headers={"If-None-Match": answer.headers["ETag"]})
    assert changed.status_code == 200


def test_hostile_text_stays_text(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.git("config", "user.name", "<script>alert(1)</script>\x1b[31m")
    gitops.bump("web", "1.0", "dev")
    message = gitops.git("log", "-1", "--format=%B").replace("Release web", "<img src=x onerror=alert(1)>]]>\x08 & web")
    gitops.git("commit", "-q", "--amend", "-m", message)
    collector.collect()
    page = pages.get("/activity").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    entry = next(ElementTree.fromstring(pages.get("/activity.atom").data).iter(f"{ATOM}entry"))
    assert "<img src=x onerror=alert(1)>]]>" in (entry.findtext(f"{ATOM}content") or "")
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "text"
    assert "<img" in json.loads(pages.get("/activity.json").data)["items"][0]["content_text"]
    for query in (
        "before=x",
        "before=1-2-3",
        "since=%00&app=%00&q=%00&person=%00",
        "since=9999-12-31&until=9999-12-31",
    ):
        assert pages.get(f"/activity?{query}").status_code == 200


def test_the_number_of_statements_does_not_grow(
    gitops: GitOps, collector: Collector, statements: list[str], pages: FlaskClient
) -> None:
    collector.collect()
    counts = []
    for number in range(3):
        gitops.bump("web", f"1.{number}", "dev", "staging", "prod")
        collector.collect()
        statements.clear()
        pages.get("/activity")
        counts.append(len(statements))
    assert counts == [5, 5, 5]
