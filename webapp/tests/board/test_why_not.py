"""Why an app does not move on: the words of `promote`, on the page, asked once a minute, unknown where unknown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import generator
import pytest
from flask import Flask
from flask.testing import FlaskClient
from generator import Repository
from sqlalchemy import update

from gitops_repository import SPEC
from release_board.board.promotion import Promotions
from release_board.sources.collector import Collector
from release_board.store.models import Cell

if TYPE_CHECKING:
    from gitops_repository import GitOps


def words(page: str) -> str:
    """Return what a reader reads: without tags, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("&#34;", '"').replace("&#39;", "'")


def foreseen(gitops: GitOps, to: str) -> generator.PromoteResult:
    """Return what `promote --dry-run` says."""
    request = generator.PromoteRequest(to, how="foresee", directory=gitops.folder, remote=str(gitops.folder))
    return generator.promote(request)


def test_what_would_move_is_said_as_the_command_says_it(
    gitops: GitOps, collector: Collector, pages: FlaskClient
) -> None:
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    said = foreseen(gitops, "staging").proposal
    page = words(pages.get("/apps/web/staging").text)
    assert f"{said.title}: nothing known prevents it." in page
    assert f"? unknown : {said.checks[0].sentence}." in page


def test_a_pin_is_said_with_its_reason(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev", "staging")
    gitops.bump("web", "1.1", "dev")
    gitops.pin("web", "staging", "until the sale is over")
    collector.collect()
    (said,) = [item for item in foreseen(gitops, "staging").proposal.left_out if item.app == "web"]
    page = words(pages.get("/apps/web/staging").text)
    assert f"‖ pinned : {said.sentence}." in page
    assert "until the sale is over" in said.sentence


def test_soak_time_is_said_with_its_end(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.generate(SPEC.replace("staging: {}", "staging: {soak: 5h}"), "Soak")
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    checks = foreseen(gitops, "staging").proposal.checks
    (soak,) = [check for check in checks if check.state == "failed"]
    page = words(pages.get("/apps/web/staging").text)
    assert f": {soak.sentence}." in page
    assert re.search(r"‖ soak until \w{3} \d\d \w{3} \d{4} \d\d:\d\d UTC", page)


def test_what_the_cluster_says_holds_it_too(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    with board.extensions["release_board.database"].session() as session:
        session.execute(update(Cell).where(Cell.app == "web", Cell.environment == "dev").values(live_health="Degraded"))
    assert "‖ health : web is not healthy in dev: Degraded." in words(pages.get("/apps/web/staging").text)


def test_approvers_are_named(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.generate(SPEC.replace("staging: {}", "staging: {approvers: ['@acme/platform']}"), "Approve")
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    assert "A request will be for @acme/platform to approve." in words(pages.get("/apps/web/staging").text)


def test_the_first_environment_asks_nothing(collector: Collector, pages: FlaskClient) -> None:
    collector.collect()
    assert 'class="whynot' not in pages.get("/apps/web/dev").text


def test_without_a_mirror_it_is_unknown(gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    settings = replace(collector.settings, mirror=gitops.folder / "nowhere.git")
    board.extensions["release_board.promotions"] = Promotions(Repository.mirror(settings.mirror))
    page = pages.get("/apps/web/staging")
    assert page.status_code == 200
    assert "Whether it may move is unknown" in words(page.text)


def test_the_answer_is_kept_for_a_minute(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    promotions: Promotions = board.extensions["release_board.promotions"]
    cell, commit = Cell(app="web", environment="staging"), gitops.git("rev-parse", "HEAD")
    first = promotions.answer(commit, cell, None, 600)
    assert promotions.answer(commit, cell, None, 659) is first
    assert promotions.answer(commit, cell, None, 660) is not first
    sick = Cell(app="web", environment="dev", live_health="Degraded")
    assert promotions.answer(commit, cell, sick, 601) is not first
    assert promotions.answer(None, cell, None, 600).unknown == "the repository has not been read yet"


@pytest.mark.parametrize("reason", ["<script>alert(1)</script>", "\"><img src=x onerror='alert(1)'>"])
def test_a_hostile_reason_is_inert(reason: str, gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev", "staging")
    gitops.bump("web", "1.1", "dev")
    gitops.pin("web", "staging", reason)
    collector.collect()
    page = pages.get("/apps/web/staging").text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "alert(1)" in page
