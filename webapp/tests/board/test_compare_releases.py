"""Two cells of an app's releases: rendered diff, configuration, commits; secrets hidden, what is no release refused."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from generator import Repository
from sqlalchemy import update

from gitops_repository import SPEC
from release_board.board.comparing import LINES, Differences, Side
from release_board.sources.collector import Collector
from release_board.store.models import Event, SourceCommit, SourceRange

if TYPE_CHECKING:
    from gitops_repository import GitOps


def words(page: str) -> str:
    """Return what a reader reads: without tags, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("&#34;", '"').replace("&#39;", "'")


def address(before: str, after: str) -> str:
    return f"/apps/web/compare?from={before}&to={after}"


def test_two_releases_of_an_environment(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    older, newer = gitops.bump("web", "1.0", "dev"), gitops.bump("web", "1.1", "dev")
    collector.collect()
    page = pages.get(address(f"{older}:dev", f"{newer}:dev"))
    assert page.status_code == 200
    assert re.search(r'class="added">\+ .*web:1\.1', page.text)
    assert re.search(r'class="removed">- .*web:1\.0', page.text)
    assert "Deployment/web.spec.template.spec.containers[web].image" in words(page.text)
    assert "Whose commits those are is unknown" in words(page.text)


def test_two_environments(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    commit = gitops.bump("web", "1.0", "dev", "staging")
    collector.collect()
    page = words(pages.get(address(f"{commit}:staging", f"{commit}:dev")).text)
    assert "No field differs, but for what follows from the environment." in page
    assert "No commit of the app's sources lies between both builds." in page


def test_what_a_form_sends_leads_to_the_address(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    older, newer = gitops.bump("web", "1.0", "dev"), gitops.bump("web", "1.1", "dev")
    collector.collect()
    shown = re.findall(r'name="cell" value="([^"]+)"', pages.get("/apps/web").text)
    assert shown == [f"{newer}:dev", f"{older}:dev"]
    answer = pages.get("/apps/web/compare", query_string={"cell": shown})
    assert answer.status_code == 302
    assert answer.location == address(f"{older}%3Adev", f"{newer}%3Adev")
    assert pages.get(answer.location).status_code == 200


def test_commits_between_are_named(gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient) -> None:
    older, newer = gitops.bump("web", "1.0", "dev"), gitops.bump("web", "1.1", "dev")
    collector.collect()
    with board.extensions["release_board.database"].session() as session:
        for commit, source in ((older, "a" * 40), (newer, "b" * 40)):
            session.execute(update(Event).where(Event.commit == commit).values(source=source))
        row = {"app": "web", "before": "a" * 40, "after": "b" * 40}
        about = {"seconds": 1, "author": "Bob", "subject": "Round prices"}
        session.add_all([SourceRange(**row)])
        session.add(SourceCommit(**row, **about, commit="c" * 40))
    page = words(pages.get(address(f"{older}:dev", f"{newer}:dev")).text)
    assert "1 commit by Bob:" in page
    assert "Round prices" in page


def test_secrets_are_hidden(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    for word in ("first-word", "other-word"):
        gitops.generate(SPEC.replace("source: web,", f"source: web, config: {{DB_PASSWORD: {word}}},"), f"Set {word}")
        gitops.bump("web", f"1-{word[:5]}", "dev")
    collector.collect()
    newer, older = re.findall(r'name="cell" value="([^"]+)"', pages.get("/apps/web").text)
    page = pages.get(address(older, newer)).text
    assert "(hidden, changed)" in page
    assert "first-word" not in page
    assert "other-word" not in page


def test_what_cannot_be_rendered_is_said(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    older, newer = gitops.bump("web", "1.0", "dev"), gitops.bump("web", "1.1", "dev")
    collector.collect()
    away = replace(collector.settings, mirror=gitops.folder / "nowhere.git")
    board.extensions["release_board.differences"] = Differences(Repository.mirror(away.mirror))
    page = pages.get(address(f"{older}:dev", f"{newer}:dev"))
    assert page.status_code == 200
    assert "What differs is unknown" in page.text


def test_a_difference_is_kept_and_cut(gitops: GitOps, collector: Collector, board: Flask) -> None:
    many = "{" + ", ".join(f"K{number}: v" for number in range(LINES)) + "}"
    older = gitops.bump("web", "1.0", "dev")
    gitops.generate(SPEC.replace("source: web,", f"source: web, config: {many},"), "Much configuration")
    newer = gitops.bump("web", "1.1", "dev")
    collector.collect()
    differences: Differences = board.extensions["release_board.differences"]
    found = differences.find("web", Side(older, "dev"), Side(newer, "dev"))
    assert found.more
    assert sum(len(change.lines) for change in found.objects) <= LINES
    assert differences.find("web", Side(older, "dev"), Side(newer, "dev")) is found


@pytest.mark.parametrize(
    "side", ["main:dev", "--output=x:dev", "HEAD:dev", "", "x" * 300, "0" * 39 + ":dev", "\x00:dev"]
)
def test_what_is_no_commit_is_refused(side: str, generated_pages: FlaskClient) -> None:
    query = {"from": side, "to": f"{'0' * 40}:dev"}
    assert generated_pages.get("/apps/web/compare", query_string=query).status_code == 400


def test_what_is_no_release_is_not_found(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    commit = gitops.bump("web", "1.0", "dev")
    collector.collect()
    known = f"{commit}:dev"
    for other in (f"{'0' * 40}:dev", f"{commit}:staging", f"{commit}:../x", f"{commit}:\x00"):
        assert pages.get("/apps/web/compare", query_string={"from": known, "to": other}).status_code == 404
    assert pages.get("/apps/cart/compare", query_string={"from": known, "to": known}).status_code == 404
    assert pages.get("/apps/web/compare").status_code == 404


def test_an_environment_may_be_called_so(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.generate(SPEC.replace("staging", "compare"), "Rename")
    collector.collect()
    assert "web in compare" in words(pages.get("/apps/web/compare").text)
