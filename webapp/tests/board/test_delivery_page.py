"""Pages of delivery: numbers with what they are made of, unknown as unknown, and a cost that stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from release_board.board.metric_words import METRICS
from release_board.sources.collector import Collector
from release_board.store import changes
from release_board.store.models import App, Declaration, SourceCommit, SourceRange

if TYPE_CHECKING:
    from gitops_repository import GitOps

NAMES = [name.replace("-", "_") for name in METRICS]


def put(board: Flask, *rows: object) -> None:
    with board.extensions["release_board.database"].session() as session:
        session.add_all(rows)
        changes.note(session, ["web"], 1)


def words(page: str) -> str:
    """Return what a reader reads: without tags, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("&#34;", '"').replace("&#39;", "'")


def test_what_is_not_known_is_no_number(collector: Collector, pages: FlaskClient) -> None:
    collector.collect()
    found = pages.get("/delivery/web.json").json or {}
    assert found["lead_time"]["median_seconds"] is None
    assert found["lead_time"]["why_unknown"] == "no commit is known to have been deployed in this window"
    assert found["fail_rate"]["rate"] is None
    assert found["fail_rate"]["counted"] is None
    assert found["recovery_time"]["median_seconds"] is None
    page = words(pages.get("/delivery").text)
    assert "there was no deployment in this window" in page
    assert "0 %" not in page
    assert words(pages.get("/delivery/web").text).count("unknown") >= 4


def test_a_rollback_is_counted_with_its_evidence(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "prod")
    failed = gitops.bump("web", "1.1", "prod")
    back = gitops.roll_back("web", "prod", "loses orders")
    collector.collect()
    found = pages.get("/delivery/web.json").json or {}
    assert (found["frequency"]["n"], found["fail_rate"]["n"], found["fail_rate"]["counted"]) == (3, 3, 1)
    assert found["fail_rate"]["evidence"] == [{"environment": "prod", "commit": failed}]
    assert found["rework_rate"]["evidence"] == [{"environment": "prod", "commit": back}]
    assert found["recovery_time"]["n"] == 1
    page = pages.get("/delivery/web?evidence=fail-rate").text
    assert "at least 33 %" in words(page)
    assert "1 of 3 deployments: 1 observed, 0 declared" in words(page)
    assert "observed the next change rolled it back" in words(page)
    assert failed in page
    assert "at least 33 %" in words(pages.get("/delivery").text)


def test_lead_times_are_read_from_the_same_repository(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    release(gitops, "1.0", "prod")
    for name in ("one", "two"):
        (gitops.folder / "web" / name).parent.mkdir(exist_ok=True)
        (gitops.folder / "web" / name).write_text(name)
        gitops.commit(f"Write {name}")
    (gitops.folder / "notes").write_text("about nothing")
    gitops.commit("Take notes")
    release(gitops, "1.1", "prod")
    (gitops.folder / "web" / "three").write_text("three")
    gitops.commit("Write three")
    release(gitops, "1.2", "dev")
    collector.collect()
    found = pages.get("/delivery/web.json").json or {}
    assert (found["lead_time"]["n"], found["lead_time"]["open"]) == (2, 1)
    page = words(pages.get("/delivery/web?evidence=lead-time").text)
    assert "Write one" in page
    assert "Write three" in page
    assert "Take notes" not in page
    gitops.bump("web", "1.2", "prod")
    collector.collect()
    assert (pages.get("/delivery/web.json").json or {})["lead_time"]["open"] == 0


def release(gitops: GitOps, tag: str, environment: str) -> None:
    """Release, in a commit that names the newest commit as the one that was built."""
    built = gitops.git("rev-parse", "HEAD")
    gitops.bump("web", tag, environment)
    message = gitops.git("log", "-1", "--format=%B").rstrip()
    lines = [line for line in message.split("\n") if not line.startswith("Argocd-reference-commit-")]
    text = "\n".join([*lines, f"Argocd-reference-commit-sha: {built}"])
    gitops.git("commit", "-q", "--amend", "-m", text)


def test_trailers_declare(gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "prod")
    failed = gitops.bump("web", "1.1", "prod")
    fix = declared(gitops, "1.2", "Failure-of: web prod 1.1")
    collector.collect()
    collector.collect()
    found = pages.get("/delivery/web.json").json or {}
    assert (found["fail_rate"]["observed"], found["fail_rate"]["declared"]) == (0, 1)
    assert found["fail_rate"]["evidence"] == [{"environment": "prod", "commit": failed}]
    assert (found["recovery_time"]["n"], found["recovery_time"]["declared"]) == (1, 1)
    assert found["rework_rate"]["evidence"] == [{"environment": "prod", "commit": fix}]
    declared(gitops, "1.3", "Not-a-failure: web prod 1.1")
    collector.collect()
    found = pages.get("/delivery/web.json").json or {}
    assert found["fail_rate"]["counted"] == 0
    assert found["fail_rate"]["said_not_to_have_failed"] == 1
    assert "said not to have failed, declared by Ann Lee" in words(pages.get("/delivery/web?evidence=fail-rate").text)


def declared(gitops: GitOps, tag: str, trailer: str) -> str:
    """Release, in a commit with a further trailer."""
    gitops.bump("web", tag, "prod")
    message = gitops.git("log", "-1", "--format=%B").rstrip()
    gitops.git("commit", "-q", "--amend", "-m", f"{message}\n{trailer}")
    return gitops.git("rev-parse", "HEAD")


def test_trailers_that_say_nothing_useful_are_left_alone(
    gitops: GitOps, collector: Collector, pages: FlaskClient
) -> None:
    gitops.bump("web", "1.0", "prod")
    declared(gitops, "1.1", f"Failure-of: web prod {'x' * 900}")
    declared(gitops, "1.2", "Hotfix: everything")
    declared(gitops, "1.3", "Failure-of: web prod 9.9")
    collector.collect()
    found = pages.get("/delivery/web.json").json or {}
    assert found["fail_rate"]["counted"] == 0
    assert [one["reason"] for one in found["fail_rate"]["unknown"]] == [
        "a declaration (failure) names a release that is not known here"
    ]


@pytest.mark.parametrize("path", ["/delivery/none", "/delivery/none.json", "/delivery/w%27eb", "/delivery/%00"])
def test_what_is_no_app_is_not_found(path: str, generated_pages: FlaskClient) -> None:
    assert generated_pages.get(path).status_code == 404


@pytest.mark.parametrize(
    "query", ["days=0", "days=31", "page=x", "page=-1", "page=99999", "evidence=x", "day=2026-02-30"]
)
def test_what_is_no_choice_is_ignored(query: str, generated_pages: FlaskClient) -> None:
    for path in ("/delivery", "/delivery.json", "/delivery/web", "/delivery/web.json"):
        assert generated_pages.get(f"{path}?{query}").status_code == 200


def test_the_table_has_pages_and_a_bounded_cost(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient, statements: list[str]
) -> None:
    for tag in ("1.0", "1.1", "1.2"):
        gitops.bump("web", tag, "prod")
    collector.collect()
    statements.clear()
    pages.get("/delivery")
    few = len(statements)
    more = (App(name=f"a{n:03}", position=n + 9, kind="Deployment", attention=0) for n in range(60))
    put(board, *more)
    for path, first in (("/delivery.json", "a000"), ("/delivery.json?page=2", "a050")):
        statements.clear()
        found = pages.get(path).json or {}
        assert found["apps"][0]["app"] == first
        assert len(statements) <= few
    statements.clear()
    assert (pages.get("/delivery.json?page=2").json or {})["apps"] == found["apps"]
    assert len(statements) <= few - 5
    assert [one["app"] for one in found["apps"]] == sorted(one["app"] for one in found["apps"])


def test_what_becomes_known_shows_at_once(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    gitops.bump("web", "1.0", "prod")
    commit = gitops.bump("web", "1.1", "prod")
    collector.collect()
    assert (pages.get("/delivery/web.json").json or {})["fail_rate"]["counted"] == 0
    about = {"app": "web", "environment": "prod", "commit": commit}
    put(board, Declaration(kind="failure", **about, at=2_000_000_000, by="Ann", reason="<b>Orders</b>"))
    assert (pages.get("/delivery/web.json").json or {})["fail_rate"]["counted"] == 1
    page = pages.get("/delivery/web?evidence=fail-rate").text
    assert "<b>Orders" not in page
    assert "declared by Ann" in page


def test_pictures_have_tables_beside_them(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "prod")
    gitops.bump("web", "1.1", "prod")
    collector.collect()
    page = pages.get("/delivery/web").text
    assert len(re.findall(r"<svg", page)) == 4
    assert page.count("The same as a table") == 3
    day = re.search(r"day=(\d{4}-\d{2}-\d{2})", page)
    assert day
    assert f"Deployments of {day[1]}" in words(pages.get(f"/delivery/web?day={day[1]}").text)


def test_ranges_that_nothing_needs_are_deleted(gitops: GitOps, collector: Collector, board: Flask) -> None:
    release(gitops, "1.0", "prod")
    release(gitops, "1.1", "dev")
    collector.collect()
    put(
        board,
        SourceRange(app="web", before="a", after="b"),
        SourceCommit(app="web", before="a", after="b", commit="c", seconds=2_000_000, author="A", subject="x"),
    )
    release(gitops, "1.2", "dev")
    collector.collect()
    with board.extensions["release_board.database"].session() as session:
        assert session.get(SourceRange, ("web", "a", "b")) is None
        assert session.query(SourceCommit).filter_by(before="a").count() == 0
        assert session.query(SourceRange).filter_by(app="web").count() >= 1
