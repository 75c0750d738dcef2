"""The page of an app: releases by environment, each kind of cell, pages, and what holds up each way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from release_board.board.matrix import KINDS, PAGE, matrix
from release_board.sources.collector import Collector
from release_board.store import changes
from release_board.store.models import Cell, Event

if TYPE_CHECKING:
    from gitops_repository import GitOps

HOSTILE = "<script>alert(1)</script>\"'"


def kinds(board: Flask, app: str = "web") -> dict[str, list[str]]:
    """Return what each release is in dev, staging and prod."""
    with board.extensions["release_board.database"].session() as session:
        found = matrix(session, app)
        assert found is not None
        return {str(one.event.tag): [place.kind for place in one.places] for one in found.releases}


def say(board: Flask, environment: str, **values: str) -> None:
    """Let the cluster say this of web."""
    with board.extensions["release_board.database"].session() as session:
        session.execute(update(Cell).where(Cell.app == "web", Cell.environment == environment).values(**values))
        changes.note(session, ["web"], 1)


def test_each_kind_of_cell(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    gitops.bump("web", "1.1", "dev")
    gitops.bump("web", "1.2", "dev", "staging", "prod")
    gitops.roll_back("web", "prod", "loses orders")
    gitops.bump("web", "1.3", "dev")
    collector.collect()
    assert kinds(board) == {
        "1.3": ["live", "not yet", "not yet"],
        "1.2": ["was here", "live", "failed"],
        "1.1": ["was here", "skipped", "skipped"],
        "1.0": ["was here", "was here", "live"],
    }
    say(board, "dev", live_health="Progressing")
    say(board, "staging", live_health="Degraded")
    say(board, "prod", problem="cannot be read")
    assert kinds(board)["1.3"] == ["moving", "not yet", "unknown"]
    assert kinds(board)["1.2"] == ["was here", "failed", "unknown"]


def test_an_environment_whose_history_is_not_known_is_unknown(
    gitops: GitOps, collector: Collector, board: Flask
) -> None:
    gitops.bump("web", "1.0", "dev")
    gitops.bump("web", "0.9", "prod")
    collector.collect()
    with board.extensions["release_board.database"].session() as session:
        session.execute(update(Cell).where(Cell.environment == "prod", Cell.app == "web").values(since=None))
    assert kinds(board)["1.0"] == ["live", "not yet", "unknown"]


def test_an_app_without_releases_says_so(collector: Collector, pages: FlaskClient) -> None:
    collector.collect()
    page = pages.get("/apps/cart").text
    assert "Nothing has been released yet." in page
    assert "nothing has been released to dev yet" in page


def test_the_legend_names_each_kind_with_its_shape(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    page = pages.get("/apps/web").text
    for kind, (shape, meaning) in KINDS.items():
        assert f'<span class="shape" aria-hidden="true">{shape}</span> {kind}</dt><dd>{meaning}</dd>' in page
    assert len({shape for shape, _ in KINDS.values()}) == len(KINDS)


def test_green_is_only_what_the_cluster_calls_healthy(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    assert "kind live healthy" not in pages.get("/apps/web").text
    say(board, "dev", live_health="Healthy", live_sync="Synced")
    assert "kind live healthy" in pages.get("/apps/web").text


def release(number: int, environment: str) -> Event:
    """Return an event that brings a build of its own to an environment."""
    about = {"app": "web", "environment": environment, "action": "released", "base": False, "image_changed": True}
    said = {"author": "Ann", "subject": "Release", "message": "", "origin": f"{number:040}", "origin_author": "Ann"}
    return Event(**about, **said, commit=f"{number:040}", tag=f"2.{number}", at=1000 + number // 3)


def test_each_release_is_on_one_page_the_newest_first(collector: Collector, board: Flask, pages: FlaskClient) -> None:
    collector.collect()
    count = 2 * PAGE + 2
    with board.extensions["release_board.database"].session() as session:
        for number in range(count):
            session.add(release(number, "dev"))
            session.flush()
            session.add(release(number, "staging"))
            session.flush()
    path, found = "/apps/web", []
    for _ in range(4):
        page = pages.get(path).text
        found += re.findall(r'<span class="tag">2\.(\d+)<', page)
        onward = re.search(r'rel="next" href="(\?before=[^"#]+)', page)
        if onward is None:
            break
        path = f"/apps/web{onward[1]}"
    assert found == [str(number) for number in reversed(range(count))]
    assert "Nothing before that" in pages.get("/apps/web?before=1-1").text


def test_the_page_asks_as_many_questions_whatever_the_history_has(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient, statements: list[str]
) -> None:
    gitops.bump("web", "1.0", "dev", "staging")
    collector.collect()
    counts = []
    for more in (0, 150):
        with board.extensions["release_board.database"].session() as session:
            session.add_all(release(number, "dev") for number in range(more))
            changes.note(session, ["web"], 1)
        statements.clear()
        assert pages.get("/apps/web").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 9


def test_text_from_git_is_inert(gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    with board.extensions["release_board.database"].session() as session:
        values = {"tag": HOSTILE, "origin_author": HOSTILE, "source": HOSTILE, "digest": HOSTILE}
        session.execute(update(Event).where(Event.app == "web", Event.environment == "dev").values(**values))
        session.execute(update(Cell).where(Cell.app == "web").values(tag=HOSTILE, problem=HOSTILE))
    page = pages.get("/apps/web").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_what_is_no_app_is_not_found(collector: Collector, pages: FlaskClient) -> None:
    collector.collect()
    for path in ("/apps/none", "/apps/%00", "/apps/we%22b", f"/apps/{'a' * 300}"):
        assert pages.get(path).status_code == 404
