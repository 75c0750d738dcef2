"""Products on the board: rows of apps that move as one stand together, and can be folded and filtered by links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gitops_repository import SPEC
from release_board.board.asked import query, read, with_folded
from release_board.board.attention import STATES
from release_board.sources.collector import Collector
from release_board.store import changes
from release_board.store.models import App

if TYPE_CHECKING:
    from gitops_repository import GitOps

APPS = """\
  alone: {image: shop/alone}
  books: {image: shop/books}
  zebra: {image: shop/zebra}
"""
PRODUCTS = "products: {media: [books, zebra], store: [web, cart]}\n"


@pytest.fixture
def products(gitops: GitOps, collector: Collector) -> GitOps:
    """Return a repository of two products with two apps each, and an app in none."""
    gitops.generate(SPEC + APPS + PRODUCTS, "Name products")
    for app in ("alone", "books", "cart", "web", "zebra"):
        gitops.bump(app, "1.0", "dev", "staging", "prod")
    collector.collect()
    return gitops


def rows(page: str) -> list[str]:
    return re.findall(r'<tr id="(?:app-)?([a-z-]+)"', page)


def test_a_product_has_the_place_of_its_most_urgent_app(products: GitOps, board: Flask, pages: FlaskClient) -> None:
    assert rows(pages.get("/").text) == ["alone", "product-media", "books", "zebra", "product-store", "cart", "web"]
    products.bump("zebra", "1.1", "dev")
    Collector(board.extensions["release_board.database"], board.extensions["release_board.settings"]).collect()
    page = pages.get("/").text
    assert rows(page) == ["product-media", "zebra", "books", "alone", "product-store", "cart", "web"]
    assert '<span class="state behind">behind</span>' in page
    assert [one["app"] for one in pages.get("/api/board").get_json()["apps"]] == [
        "zebra", "books", "alone", "cart", "web",
    ]  # fmt: skip


def test_it_is_folded_by_a_link_and_shown_again(products: GitOps, pages: FlaskClient) -> None:
    page = pages.get("/?folded=media").text
    assert rows(page) == ["alone", "product-media", "product-store", "cart", "web"]
    assert 'href="/#product-media" aria-expanded="false"' in page
    assert 'href="/?folded=media&amp;folded=store#product-store" aria-expanded="true"' in page
    assert "data-whole" not in page


def test_a_filter_leaves_a_product_and_what_fails(products: GitOps, board: Flask, pages: FlaskClient) -> None:
    assert rows(pages.get("/?product=store").text) == ["product-store", "cart", "web"]
    assert 'name="product" value="store"' in pages.get("/?product=store").text
    found = pages.get("/api/board?product=store").get_json()
    assert ([one["product"] for one in found["apps"]], found["matching"]) == (["store", "store"], 2)
    with board.extensions["release_board.database"].session() as session:
        session.get_one(App, "books").attention = STATES.index("failing")
        changes.note(session, ["books"], 1)
    assert rows(pages.get("/?product=store").text) == ["product-media", "books", "product-store", "cart", "web"]


def test_products_that_change_reach_pages_that_are_open(products: GitOps, board: Flask, pages: FlaskClient) -> None:
    database = board.extensions["release_board.database"]
    with database.session() as session:
        before = changes.newest(session)
    products.generate(SPEC + APPS + "products: {all: [web, cart, zebra]}\n", "Other products")
    Collector(database, board.extensions["release_board.settings"]).collect()
    with database.session() as session:
        assert changes.newest(session) > before
    assert rows(pages.get("/").text) == ["product-all", "cart", "web", "zebra", "alone", "books"]
    assert pages.get("/api/apps/books").get_json()["product"] is None


def test_a_product_is_compared_as_one(products: GitOps, pages: FlaskClient) -> None:
    found = pages.get("/api/compare?from=staging&to=prod&app=store").get_json()
    assert {one["app"] for one in found["apps"]} == {"cart", "web"}
    assert ">alone<" not in pages.get("/compare?from=staging&to=prod&app=store").text
    assert 'href="/?product=store"' in pages.get("/apps/web").text


def test_one_reader_overlooks_for_pages_and_tells_the_api(pages: FlaskClient) -> None:
    given = {"q": "x" * 101, "state": "gone", "product": "p" * 81, "page": "-1"}
    asked, faults = read(given, ["b", "", "a", "a"])
    assert set(faults) == set(given)
    assert (asked.text, asked.state, asked.page, asked.folded) == ("x" * 100, None, 1, ("a", "b"))
    assert pages.get("/", query_string=given).status_code == 200
    answer = pages.get("/api/board", query_string=given)
    assert (answer.status_code, set(answer.get_json()["fields"])) == (400, set(given))


def test_links_keep_what_else_is_asked() -> None:
    asked, _ = read({"q": "a&b", "state": "behind", "product": "store", "page": "3"})
    assert query(asked, state=None) == "?q=a%26b&product=store"
    assert query(asked, page=4) == "?q=a%26b&state=behind&product=store&page=4"
    assert with_folded(asked, "store") == "?q=a%26b&state=behind&product=store&page=3&folded=store"
    assert with_folded(read({}, ["store"])[0], "store") == ""
