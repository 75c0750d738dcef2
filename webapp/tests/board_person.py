"""A person who promotes an app on the board, in a browser, and stays to see it run: for the end-to-end run.

$ python webapp/tests/board_person.py web staging 1.2.3 http://10.96.0.10:8080

Serves the board from this checkout, for the repository and with the credentials of the environment, with a sign-in at
an OpenID provider beside it. Says `opened URL` once the request is open, and `shown` once the app's row here, the row
of the board that was delivered (the last word), and the cell's page show the tag, none of them loaded again.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile

from playwright.sync_api import Browser, Page, expect, sync_playwright

from access_board import SIGNED_IN
from board_server import serving
from identity_provider import providing
from postgresql_server import free_port
from waiting import PATIENCE

ANN = {"name": "Ann Lee", "email": "ann@example.com", "groups": ["operators"]}


def main(app: str, environment: str, tag: str, delivered: str) -> None:
    """Be that person."""
    expect.set_options(timeout=PATIENCE * 1000)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, providing(ann=ANN) as issuer, sync_playwright() as playwright:
        settings = {
            **SIGNED_IN,
            "OIDC_ISSUER": issuer,
            "PUBLIC_URL": f"http://localhost:{port}",
            "DATABASE_URL": f"sqlite:///{folder}/board.sqlite3",
            "MIRROR_FOLDER": f"{folder}/mirror.git",
            "COLLECT_SECONDS": "1",
            "LIVE_SECONDS": "1",
        }
        with serving(at=port, **settings):
            options = ["--no-sandbox"] if os.getuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=options)
            promote(browser, f"http://localhost:{port}", app, environment, tag, delivered)
            browser.close()


def promote(browser: Browser, home: str, app: str, environment: str, tag: str, delivered: str) -> None:
    """Open the request by keyboard, and look on in three tabs."""
    place, cell = f"/apps/{app}/{environment}", f"#app-{app} td[data-label={environment}]"
    context = browser.new_context()
    context.set_default_timeout(PATIENCE * 1000)
    # The provider's page has a style sheet from elsewhere.
    context.route("https://**", lambda route: route.abort())
    other, board = opened(context.new_page(), delivered), opened(context.new_page(), home)
    for page in (other, board):
        expect(page.locator(cell)).to_be_visible()
        expect(page.locator(cell)).not_to_contain_text(tag)
    page = context.new_page()
    page.goto(f"{home}{place}/promote")
    page.keyboard.type("ann")
    page.keyboard.press("Enter")
    expect(page.locator(".change")).to_contain_text(tag)
    page.get_by_role("button", name="Open the request").press("Enter")
    url = page.locator(".outcome a").get_attribute("href")
    opened(page, f"{home}{place}")
    expect(page.locator("#facts")).to_contain_text(str(url))
    expect(board.locator(cell)).to_contain_text("request")
    print("opened", url, flush=True)
    # Now others merge it.
    expect(page.locator("#facts")).to_contain_text(re.compile(f"{re.escape(tag)}.*runs this build", re.DOTALL))
    expect(board.locator(cell)).to_contain_text(re.compile(f"{re.escape(tag)}.*healthy", re.DOTALL))
    expect(other.locator(cell)).to_contain_text(tag)
    for one in (page, board, other):
        assert one.evaluate("window.first"), f"{one.url} was loaded again"
    print("shown", flush=True)


def opened(page: Page, url: str) -> Page:
    """Go to a page, and mark it as not yet loaded again."""
    page.goto(url)
    page.evaluate("window.first = true")
    return page


if __name__ == "__main__":
    main(*sys.argv[1:])
