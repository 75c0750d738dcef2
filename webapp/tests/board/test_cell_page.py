"""The page of a cell: its release and where that came from, whose commits have come since, and its history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from release_board.board.cell import COMMITS, PAGE, Position
from release_board.pages.links import safe_url
from release_board.sources.collector import Collector
from release_board.store import changes
from release_board.store.models import Cell, Event, Source, SourceCommit, SourceRange

if TYPE_CHECKING:
    from gitops_repository import GitOps

HOSTILE = "<script>alert(1)</script>\"'"


def put(board: Flask, *rows: object) -> None:
    with board.extensions["release_board.database"].session() as session:
        session.add_all(rows)
        changes.note(session, ["web"], 1)


def words(page: str) -> str:
    """Return what a reader reads: without tags, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("&#34;", '"').replace("&#39;", "'")


def test_a_cell_says_what_runs_and_who_brought_it(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev")
    commit = gitops.git("rev-parse", "HEAD")
    collector.collect()
    page = pages.get("/apps/web/dev").text
    assert "web in dev" in words(page)
    assert "Ann Lee, released" in words(page)
    assert commit in page
    assert "1.0" in page


def test_what_is_not_known_is_said(collector: Collector, pages: FlaskClient) -> None:
    collector.collect()
    page = words(pages.get("/apps/web/prod").text)
    assert "unknown: the release names no build" in page
    assert "unknown: the release names none" in page
    assert "unknown: it was not asked" in page
    assert "unknown: the forge was not asked" in page
    assert "healthy" not in page


def test_a_rollback_and_its_pin_are_marked_with_their_reason(
    gitops: GitOps, collector: Collector, pages: FlaskClient
) -> None:
    gitops.bump("web", "1.0", "prod")
    gitops.bump("web", "1.1", "prod")
    gitops.roll_back("web", "prod", "loses orders")
    collector.collect()
    page = words(pages.get("/apps/web/prod").text)
    assert "↩ rolled back" in page
    assert "⚑ pinned by Ann Lee since" in page
    assert page.count("loses orders") == 2


def test_a_hand_edit_is_marked_with_its_message(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "prod")
    overlay = gitops.folder / "overlays/prod/web/kustomization.yaml"
    overlay.write_text(overlay.read_text().replace('"1.0"', '"1.0-hot"').replace("newTag: 1.0\n", "newTag: 1.0-hot\n"))
    gitops.commit("Try the fix at once")
    collector.collect()
    page = words(pages.get("/apps/web/prod").text)
    assert "✎ edited by hand" in page
    assert "Try the fix at once" in page


def test_argo_cd_is_shown_and_old_answers_are_called_old(
    collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    collector.collect()
    with board.extensions["release_board.database"].session() as session:
        live = {"live_health": "Healthy", "live_sync": "Synced", "live_revision": "a" * 40}
        link = {"live_url": "https://argocd.example.com/applications/web"}
        session.execute(update(Cell).where(Cell.app == "web", Cell.environment == "dev").values(**live, **link))
        session.add(Source(name="cluster", heard=1, asked=1))
    page = pages.get("/apps/web/dev").text
    assert 'href="https://argocd.example.com/applications/web"' in page
    assert "as last heard" in page
    assert 'class="health healthy"' not in page


def test_commits_since_are_named_with_their_authors(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    gitops.bump("web", "1.0", "dev", "staging")
    gitops.bump("web", "1.1", "dev")
    collector.collect()
    older, newer = source(board, "1.0"), source(board, "1.1")
    page = words(pages.get("/apps/web/staging").text)
    assert "Behind dev by 1" in page
    assert "the app's sources between both builds have not been read" in page
    put(board, SourceRange(app="web", before=older, after=newer))
    row = {"app": "web", "before": older, "after": newer}
    put(
        board,
        *(
            SourceCommit(**row, commit=f"{number:040}", seconds=number, author=author, subject=f"Change {number}")
            for number, author in enumerate(["Ann Lee", HOSTILE])
        ),
    )
    text = pages.get("/apps/web/staging").text
    assert "2 commits by" in words(text)
    assert "Change 1" in text
    assert HOSTILE not in text
    put(board, *(SourceCommit(**row, commit=f"a{n:039}", seconds=n, author="A", subject="x") for n in range(COMMITS)))
    assert f"{COMMITS} or more commits by" in words(pages.get("/apps/web/staging").text)


def test_why_commits_since_are_unknown(gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev", "staging")
    gitops.bump("web", "1.1", "dev")
    collector.collect()
    put(board, SourceRange(app="web", before=source(board, "1.0"), after=source(board, "1.1"), unknown="it is gone"))
    assert "Whose commits those are is unknown: it is gone." in words(pages.get("/apps/web/staging").text)


def source(board: Flask, tag: str) -> str:
    """Return the source commit of a build; each build has its own, whatever the test repository's is."""
    with board.extensions["release_board.database"].session() as session:
        made = tag.encode().hex().rjust(40, "0")
        session.execute(update(Event).where(Event.tag == tag).values(source=made))
        changes.note(session, ["web"], 1)
        return made


def test_text_from_git_is_inert(gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient) -> None:
    gitops.git("config", "user.name", "<img src=x onerror=alert(1)>")
    gitops.bump("web", "1.0", "dev")
    gitops.pin("web", "dev", HOSTILE)
    collector.collect()
    with board.extensions["release_board.database"].session() as session:
        hostile = {"build": "javascript:alert(1)", "subject": HOSTILE, "tag": HOSTILE}
        session.execute(update(Event).where(Event.app == "web").values(**hostile))
        changed = {"request": "data:text/html,x", "live_url": "javascript:alert(2)", "live_health": HOSTILE}
        session.execute(update(Cell).where(Cell.app == "web").values(**changed, problem=HOSTILE))
    page = pages.get("/apps/web/dev").text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert 'href="data' not in page
    assert "javascript:alert(1)" in page


@pytest.mark.parametrize(
    "path",
    [
        "/apps/web/nowhere",
        "/apps/none/dev",
        "/apps/web/%00",
        "/apps/w%27eb/dev",
        f"/apps/{'a' * 200}/dev",
        "/apps/../dev",
    ],
)
def test_what_is_no_cell_is_not_found(path: str, generated_pages: FlaskClient) -> None:
    assert generated_pages.get(path).status_code == 404


def event(at: int) -> Event:
    """Return an event of web in dev; two have the same second each."""
    values = {"author": "Ann", "subject": f"Release {at}", "message": "", "origin": f"{at:040}", "origin_author": "Ann"}
    about = {"app": "web", "environment": "dev", "action": "released", "tag": f"2.{at}", "base": False}
    return Event(**about, **values, commit=f"{at:040}", at=1000 + at // 2, image_changed=True)


def test_the_history_has_pages_and_each_event_once(collector: Collector, board: Flask, pages: FlaskClient) -> None:
    collector.collect()
    put(board, *(event(number) for number in range(2 * PAGE + 3)))
    path, found = "/apps/web/dev", []
    for _ in range(4):
        page = pages.get(path).text
        found += re.findall(r">Release (\d+)<", page)
        onward = re.search(r'rel="next" href="(\?before=[^"#]+)', page)
        if onward is None:
            break
        path = f"/apps/web/dev{onward[1]}"
    assert found == [str(number) for number in reversed(range(2 * PAGE + 3))]
    assert pages.get("/apps/web/dev?before=nonsense").status_code == 200
    assert "Nothing before that" in pages.get("/apps/web/dev?before=1-1").text


def test_the_page_asks_as_many_questions_whatever_the_history_has(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient, statements: list[str]
) -> None:
    gitops.bump("web", "1.0", "dev", "staging")
    gitops.bump("web", "1.1", "dev")
    collector.collect()
    counts = []
    for number in (0, 200):
        put(board, *(event(one) for one in range(number)))
        statements.clear()
        assert pages.get("/apps/web/staging").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 11


@pytest.mark.parametrize("text", ["", "1", "1-", "-1", "1-1-1", "x-1", "1-²", "9" * 30 + "-1", "1;drop-1"])
def test_a_place_in_the_history_is_two_numbers(text: str) -> None:
    assert Position.parsed(text) is None
    assert str(Position.parsed("12-3")) == "12-3"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://ci.example.com/build/7?x=1#y", True),
        ("http://localhost:8080/", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("https://", False),
        ("https://user:password@example.com/", False),
        ("https://example.com\\@evil.example.com/", False),
        ("//example.com/", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_are_links(text: str, good: bool) -> None:
    assert safe_url(text) == (text if good else None)
