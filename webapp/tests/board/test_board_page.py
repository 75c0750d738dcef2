"""The board's first page: what it shows, in which order, and what no filter hides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask.testing import FlaskClient

from release_board.sources.collector import Collector

if TYPE_CHECKING:
    from gitops_repository import GitOps


def test_an_empty_board_says_so(pages: FlaskClient) -> None:
    answer = pages.get("/")
    assert answer.status_code == 200
    assert "No apps yet" in answer.text
    assert "has not heard from git yet" in answer.text


def test_cells_show_tag_distance_and_pin(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    gitops.bump("web", "1.1", "dev")
    gitops.pin("web", "prod", "until the sale is over")
    collector.collect()
    page = pages.get("/").text
    assert page.index('id="app-web"') < page.index('id="app-cart"')
    assert "▲1" in page
    assert "until the sale is over" in page
    assert "Heard from git" in page


def test_a_filter_by_name_leaves_the_others_out(collector: Collector, pages: FlaskClient) -> None:
    collector.collect()
    page = pages.get("/?q=WE").text
    assert "app-web" in page
    assert "app-cart" not in page
    assert "app-web" not in pages.get("/?q=%25").text


def test_headers_are_strict(pages: FlaskClient) -> None:
    policy = pages.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
