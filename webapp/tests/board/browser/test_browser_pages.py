"""Each page in a browser: readable at each width, light and dark, by keyboard, and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Dialog, Page, expect
from testing import depth
from testing.release_history import Plan, make

import board_pages
from board_server import Server, serving
from release_board.sources.collector import Collector

if TYPE_CHECKING:
    from gitops_repository import GitOps

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'>"


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Flask, str]]:
    """Serve two years of 40 apps in three environments, with what a forge and a cluster say; name one of the apps.

    A run that is not in full has a short one of 8 apps: the same pages, of fewer rows.
    """
    from release_board import create_app
    from release_board.config import Settings
    from release_board.store.migration import migrate

    folder = tmp_path_factory.mktemp("years")
    truth = make(folder, Plan(apps=40 if depth.FULL else 8, days=730 if depth.FULL else 120, hostile=True))
    environment = {"DATABASE_URL": f"sqlite:///{folder}/board.sqlite3", "MIRROR_FOLDER": f"{folder}/mirror.git"}
    app = create_app(Settings.from_environment({**environment, "BOARD_REPOSITORY": truth.gitops.as_uri()}))
    database, settings = (app.extensions[f"release_board.{name}"] for name in ("database", "settings"))
    migrate(database)
    collector = Collector(database, settings)
    collector.collect()
    name = board_pages.run(collector)
    with serving(**environment) as server:  # type: ignore[arg-type]
        yield server, app, name


@pytest.fixture
def filled(gitops: GitOps, collector: Collector, server: Server) -> Server:
    """Serve a history with a release, a pin and a rollback."""
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    gitops.bump("web", "1.1", "dev", "staging", "prod")
    gitops.bump("cart", "2026-11-28-4f1a2b3c-with-a-tag-that-is-long", "dev", "staging")
    gitops.roll_back("web", "prod", "loses orders")
    gitops.pin("cart", "staging", "until the sale is over")
    collector.collect()
    return server


@pytest.mark.thin(6)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 390])
def test_each_page_is_readable(
    width: int, scheme: str, years: tuple[Server, Flask, str], open_context: Callable[..., BrowserContext]
) -> None:
    server, app, name = years
    page = open_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    seen = board_pages.paths(app, server, {**board_pages.EXAMPLES, "app": name})
    assert {"/", "/?wall=1", f"/apps/{name}/prod"} <= set(seen)
    assert board_pages.faults(page, server.url, seen, f"{width}-{scheme}") == []


@pytest.mark.full
def test_text_from_git_is_inert(page: Page, gitops: GitOps, collector: Collector, board: Flask, server: Server) -> None:
    alarms: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        alarms.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("console", lambda said: alarms.append(said.text) if said.type == "error" else None)
    page.goto(server.url)
    expect(page.locator("#link")).to_have_attribute("data-mode", "live")
    gitops.git("config", "user.name", 'Eve "><script>alert(3)</script>')
    gitops.bump("web", "1.0", "dev", "prod")
    gitops.pin("web", "prod", HOSTILE)
    overlay = next(gitops.folder.glob("overlays/dev/cart/kustomization.yaml"))
    overlay.write_text(re.sub(r"newTag: .*", "newTag: '<img src=x onerror=alert(4)>'", overlay.read_text()))
    gitops.commit(HOSTILE)
    collector.collect()
    # First as an update, then as pages.
    expect(page.locator("#app-web")).to_contain_text("pinned")
    assert page.evaluate("window.stopped") == []
    for path in board_pages.paths(board, server):
        page.goto(server.url + path)
        assert page.evaluate("window.stopped") == [], path
        expect(page.locator("img, script:not([src])")).to_have_count(0)
    assert alarms == []


def test_it_works_by_keyboard(page: Page, filled: Server) -> None:
    page.goto(filled.url)
    expect(page.locator("#link")).to_have_attribute("data-mode", "live")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator(".find input")).to_be_focused()
    page.keyboard.type("/?p")
    expect(page.locator(".find input")).to_have_value("/?p")
    page.locator("#states a").last.focus()
    page.keyboard.press("Tab")
    grid = page.locator("#rows a")
    expect(grid.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#rows tr").first.locator("td a").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#rows tr").nth(1).locator("td a").first).to_be_focused()
    page.keyboard.press("End")
    here = page.locator("#rows tr").nth(1).locator("td").last.locator("a").first
    expect(here).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).not_to_be_visible()
    expect(here).to_be_focused()
    # The grid is one stop.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#rows')") is None
    page.keyboard.press("Shift+Tab")
    expect(here).to_be_focused()
    address = here.get_attribute("href")
    page.keyboard.press("p")
    page.wait_for_url(f"**{address}#promote")
    page.go_back()
    here.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


@pytest.mark.full
def test_single_keys_can_be_turned_off(page: Page, filled: Server) -> None:
    page.goto(filled.url)
    page.locator("#show-keys").click()
    page.locator("#letters").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(page.locator("#keys")).not_to_be_visible()
    expect(page.locator(".find input")).not_to_be_focused()


@pytest.mark.full
def test_it_works_without_javascript(filled: Server, open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(filled.url)
    expect(page.locator("#rows tr")).to_have_count(2)
    expect(page.locator("#show-keys")).not_to_be_visible()
    page.locator(".filter input").fill("cart")
    page.locator(".filter input").press("Enter")
    expect(page.locator("#rows tr")).to_have_count(1)
    page.locator("#rows td a").first.click()
    expect(page.locator("h1")).to_contain_text("cart in dev")
