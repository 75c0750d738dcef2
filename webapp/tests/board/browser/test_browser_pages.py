"""Each page in a browser: readable at each width, light and dark, by keyboard, and without JavaScript."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Dialog, Page, expect
from sqlalchemy import select

from board_server import Server
from release_board.sources.collector import Collector
from release_board.store.models import Event

if TYPE_CHECKING:
    from gitops_repository import GitOps

# A value for each parameter of a route.
EXAMPLES = {"app": "web", "environment": "prod", "kind": "promote"}
QUERIES = {"/": ("?wall=1", "?q=web"), "/find": ("?q=1.0",)}
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'>"
TIMES = re.compile(r"[^a-z0-9]+")


def paths(board: Flask, server: Server) -> Iterator[str]:
    """Yield every page that is HTML, with an example of what it is about."""
    examples = {**EXAMPLES, "commit": a_deployment(board)}
    with board.test_request_context():
        for rule in board.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in {"static", "live.events", "signing_in.callback"}:
                continue
            unknown = rule.arguments - examples.keys()
            assert not unknown, f"{rule} needs an example of {unknown}"
            path = rule.build({name: examples[name] for name in rule.arguments})
            assert path is not None
            if b"<!doctype html>" in server.get(path[1])[1][:20]:
                yield from (path[1] + query for query in ("", *QUERIES.get(path[1], ())))


def a_deployment(board: Flask) -> str:
    """Return the commit of a deployment in production."""
    with board.extensions["release_board.database"].session() as session:
        place = (Event.app == EXAMPLES["app"], Event.environment == EXAMPLES["environment"])
        query = select(Event.commit).where(*place, Event.action == "released").order_by(Event.id.desc())
        found: str = session.scalars(query.limit(1)).one()
        return found


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
    width: int, scheme: str, filled: Server, board: Flask, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    seen = list(paths(board, filled))
    assert {"/", "/?wall=1"} <= set(seen)
    for path in seen:
        page.goto(filled.url + path)
        expect(page.locator("h1")).to_have_count(1)
        problems += [f"{path}: {what}" for what in page.evaluate("window.stopped")]
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            problems.append(f"{path}: wider than the window")
        if folder := os.environ.get("PICTURES"):
            name = TIMES.sub("-", path.lower()).strip("-") or "board"
            page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
        found = Axe().run(page)
        problems += [
            f"{path}: {one['id']}: {[node['html'] for node in one['nodes']][:3]}"
            for one in found.response["violations"]
        ]
    assert problems == []


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
    for path in paths(board, server):
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
