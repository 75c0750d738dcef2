"""Products on the board in a browser: folded by keyboard and without JavaScript, up to date, readable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from board_server import Server
from gitops_repository import SPEC
from release_board.sources.collector import Collector

if TYPE_CHECKING:
    from gitops_repository import GitOps


@pytest.fixture
def store(gitops: GitOps, collector: Collector, server: Server) -> Server:
    """Serve a board of a product with two apps."""
    gitops.generate(SPEC + "products: {store: [web, cart]}\n", "Name a product")
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    gitops.bump("cart", "1.0", "dev", "staging", "prod")
    collector.collect()
    return server


def test_its_row_follows_its_apps(page: Page, store: Server, gitops: GitOps, collector: Collector) -> None:
    page.goto(store.url)
    expect(page.locator("#link")).to_have_attribute("data-mode", "live")
    expect(page.locator("#product-store .state")).to_have_text("settled")
    gitops.bump("web", "1.1", "dev")
    collector.collect()
    expect(page.locator("#product-store .state")).to_have_text("behind")
    expect(page.locator("#app-web")).to_contain_text("1.1")
    expect(page.locator("#live")).to_contain_text("web")
    assert [row.get_attribute("id") for row in page.locator("#rows tr").all()] == [
        "product-store",
        "app-web",
        "app-cart",
    ]


@pytest.mark.full
def test_it_is_folded_by_keyboard(page: Page, store: Server, gitops: GitOps, collector: Collector) -> None:
    page.goto(store.url)
    page.locator("#product-store a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rows tr")).to_have_count(1)
    # What changes below it shows in its row alone.
    expect(page.locator("#link")).to_have_attribute("data-mode", "live")
    gitops.bump("web", "1.1", "dev")
    collector.collect()
    expect(page.locator("#product-store .state")).to_have_text("behind")
    expect(page.locator("#rows tr")).to_have_count(1)
    page.locator("#product-store a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rows tr")).to_have_count(3)


@pytest.mark.full
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_it_is_readable_and_needs_no_script(
    width: int, scheme: str, store: Server, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    for path in ("/", "/?folded=store", "/?product=store"):
        page.goto(store.url + path)
        assert Axe().run(page).response["violations"] == [], path
        assert page.evaluate("window.stopped") == []
        assert not page.evaluate("document.scrollingElement.scrollWidth > innerWidth")
    plain = open_context(java_script_enabled=False).new_page()
    plain.goto(store.url)
    plain.locator("#product-store a").first.click()
    expect(plain.locator("#rows tr")).to_have_count(1)
