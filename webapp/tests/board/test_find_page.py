"""Find: a commit, a build, a tag, a person; where it is, since when, what came after; and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from release_board.board import finding
from release_board.sources.collector import Collector
from release_board.store.models import SourceCommit

if TYPE_CHECKING:
    from gitops_repository import GitOps


def found(board: Flask, text: str, after: str = "") -> finding.Found:
    with board.extensions["release_board.database"].session() as session:
        session.expire_on_commit = False
        return finding.find(session, text, after)


def standing(release: finding.Release) -> dict[str, str]:
    return {place.environment: place.standing for place in release.places}


def test_a_tag_says_where_it_is_and_what_replaced_it(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "dev", "staging")
    gitops.bump("web", "1.1", "dev")
    collector.collect()
    (one,) = found(board, "1.0").exact
    assert (one.app, list(one.why)) == ("web", ["its tag"])
    assert standing(one) == {"dev": "has a later build", "staging": "has it", "prod": "has an earlier build"}
    dev, staging, prod = one.places
    assert dev.replaced is not None
    assert (dev.replaced.tag, staging.replaced, prod.first) == ("1.1", None, None)
    assert dev.first is not None
    assert (dev.first.origin_author, dev.first.action) == ("Ann Lee", "released")


def test_a_build_that_was_rolled_back_is_earlier(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "prod")
    gitops.bump("web", "1.1", "prod")
    gitops.roll_back("web", "prod", "loses orders")
    collector.collect()
    (one,) = found(board, "1.1").exact
    prod = next(place for place in one.places if place.environment == "prod")
    assert prod.standing == "has an earlier build"
    assert prod.replaced is not None
    assert (prod.replaced.tag, prod.replaced.action) == ("1.0", "rolled back")


@pytest.mark.parametrize("length", [7, 40])
def test_a_commit_of_the_branch_is_found_by_its_beginning(
    length: int, gitops: GitOps, collector: Collector, board: Flask
) -> None:
    commit = gitops.bump("web", "1.0", "dev")
    gitops.bump("cart", "2.0", "dev")
    collector.collect()
    one = next(one for one in found(board, commit[:length].upper()).exact if one.app == "web")
    assert one.tag == "1.0"
    assert f"set by commit {commit[:12]}" in one.why


def test_exact_comes_before_what_only_begins_so(gitops: GitOps, collector: Collector, board: Flask) -> None:
    for tag in ("1.1", "1.10", "1.11"):
        gitops.bump("web", tag, "dev")
    collector.collect()
    result = found(board, "1.1")
    assert [one.tag for one in result.exact] == ["1.1"]
    assert {one.tag for one in result.alike} == {"1.10", "1.11"}
    assert found(board, "1_1").exact == found(board, "1%").alike == []


def test_a_source_commit_is_found_in_the_first_build_that_has_it(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    gitops.bump("web", "1.0", "dev")
    source = gitops.git("rev-parse", "HEAD^")
    collector.collect()
    assert [one.tag for one in found(board, source[:12]).exact if f"built from commit {source[:12]}" in one.why] == [
        "1.0"
    ]
    assert "Whether a build has it is not known" in pages.get("/find?q=abcdef123").text
    row = {"app": "web", "before": "0" * 40, "after": source, "commit": "abcdef1234" * 4, "seconds": 1}
    with board.extensions["release_board.database"].session() as session:
        session.execute(insert(SourceCommit), [row | {"author": "Bob", "subject": "Fix"}])
    (one,) = found(board, "abcdef123").exact
    assert list(one.why) == ["the first build that has commit abcdef1234ab"]


def test_a_build_is_found_by_name_and_number(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "dev")
    message = gitops.git("log", "-1", "--format=%B")
    trailer = "Build: codebuild/shop 42 https://ci.example.com/42"
    gitops.git("commit", "-q", "--amend", "-m", f"{message.strip()}\n{trailer}")
    collector.collect()
    for text in ("42", "codebuild/shop 42 https://ci.example.com/42"):
        assert [one.tag for one in found(board, text).exact] == ["1.0"]
    assert [one.tag for one in found(board, "codebuild/shop 42").alike] == ["1.0"]


def test_a_person_is_found_in_any_case(gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev")
    gitops.git("config", "user.name", "Bob Lee")
    gitops.bump("web", "1.1", "dev")
    collector.collect()
    assert found(board, "ann lee").person == "Ann Lee"
    assert found(board, "lee").people == ["Ann Lee", "Bob Lee"]
    assert 'href="/activity?person=Ann+Lee"' in pages.get("/find?q=ann+LEE").text


def test_apps_that_share_a_tag_come_in_pages(
    monkeypatch: pytest.MonkeyPatch, gitops: GitOps, collector: Collector, board: Flask
) -> None:
    monkeypatch.setattr(finding, "LIMIT", 1)
    for app in ("cart", "web"):
        gitops.bump(app, "1.0", "dev")
    collector.collect()
    first = found(board, "1.0")
    assert ([one.app for one in first.exact], first.after) == (["cart"], "cart")
    second = found(board, "1.0", "cart")
    assert ([one.app for one in second.exact], second.after) == (["web"], None)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "%00", "'; drop table events; --", "�" * 300, "%"])
def test_hostile_text_finds_nothing_and_stays_text(text: str, generated_pages: FlaskClient) -> None:
    answer = generated_pages.get("/find", query_string={"q": text, "after": text})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert generated_pages.get("/find?q=%00&after=%00").status_code == 200


def test_a_tag_that_no_index_takes_does_not_keep_the_history_out(
    gitops: GitOps, collector: Collector, board: Flask
) -> None:
    overlay = gitops.folder / "overlays" / "dev" / "web" / "kustomization.yaml"
    overlay.write_text(overlay.read_text().replace("newTag: unreleased", f'newTag: "{"x" * 9000}\\0<b>"'))
    gitops.git("config", "user.name", "A" * 5000)
    gitops.commit("Break the tag")
    gitops.bump("cart", "1.0", "dev")
    assert collector.collect() is not None
    assert [one.app for one in found(board, "1.0").exact] == ["cart"]


def test_the_number_of_statements_is_the_same_for_any_answer(
    gitops: GitOps, collector: Collector, statements: list[str], pages: FlaskClient
) -> None:
    for tag in ("1.0", "1.1", "1.2"):
        gitops.bump("web", tag, "dev", "staging", "prod")
    collector.collect()
    counts = []
    for text in ("1.0", "1.", "nothing", "Ann Lee"):
        statements.clear()
        pages.get("/find", query_string={"q": text})
        counts.append(len(statements))
    assert counts == [8, 8, 8, 10]
