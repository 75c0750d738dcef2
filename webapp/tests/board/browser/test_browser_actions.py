"""Sign in, promote, roll back, pin and unpin by keyboard alone: real pages, a real OpenID provider, a real Gitea.

`PICTURES=folder` keeps a picture of each page, wide and narrow.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from access_board import SIGNED_IN
from board_server import Server, serving
from identity_provider import providing
from postgresql_server import free_port
from waiting import eventually

if TYPE_CHECKING:
    from gitea_repository import GiteaRepository

# The provider is made with what Authlib is to give up.
pytestmark = [
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
]
ANN = {"name": "Ann Lee", "email": "ann@example.com", "groups": ["operators"]}
MOST_STOPS = 60
# What has the focus: whether it can be seen, and that it has a ring.
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  return {
    what: one.outerHTML.slice(0, 200),
    seen: box.width > 0 && box.height > 0 && box.top < innerHeight && box.bottom > 0,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
  };
}"""


@pytest.fixture
def served(gitea: GiteaRepository, tmp_path: Path) -> Iterator[Server]:
    """Serve the repository in Gitea to people who sign in, with a collector that looks every second."""
    port = free_port()
    with providing(ann=ANN) as issuer:
        settings = {
            **SIGNED_IN,
            **gitea.environment,
            "OIDC_ISSUER": issuer,
            "PUBLIC_URL": f"http://localhost:{port}",
            "DATABASE_URL": f"sqlite:///{tmp_path}/served.sqlite3",
            "MIRROR_FOLDER": str(tmp_path / "served.git"),
            "COLLECT_SECONDS": "1",
            "LIVE_SECONDS": "1",
        }
        with serving(at=port, **settings) as server:
            assert eventually(lambda: b"app-web" in server.get("/")[1])
            yield server


def keep_here(page: Page) -> None:
    """Keep a page from the network: the provider's has a style sheet from elsewhere."""
    page.route(lambda url: "localhost" not in url and "127.0.0.1" not in url, lambda route: route.abort())


class Walker:
    """A person with a keyboard and no mouse; every stop of theirs must be seen."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.problems: list[str] = []
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        keep_here(page)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def look(self) -> None:
        """Look at where the focus is."""
        found = self.page.evaluate(FOCUS)
        if not (found["seen"] and found["ring"]):
            self.problems.append(f"{self.page.url}: the focus is not to be seen at {found['what']}")

    def tab_to(self, wanted: Locator) -> None:
        """Press Tab until this has the focus."""
        expect(wanted).to_be_visible()
        for _ in range(MOST_STOPS):
            if wanted.evaluate("one => one === document.activeElement"):
                self.look()
                return
            self.press("Tab")
            if not self.page.evaluate("document.activeElement === document.body"):
                self.look()
        pytest.fail(f"{MOST_STOPS} stops of Tab do not lead to {wanted} on {self.page.url}")

    def open(self, wanted: Locator, address: str) -> None:
        """Go to a link or a button, press Enter, and be on the page that it leads to."""
        self.tab_to(wanted)
        self.press("Enter")
        self.page.wait_for_url(re.compile(address))

    def sign_in(self) -> None:
        self.open(self.page.get_by_role("link", name="Sign in").first, "/oauth2/authorize")
        expect(self.page.locator("input[name=sub]")).to_be_focused()
        self.page.keyboard.type("ann")
        self.press("Enter")
        self.page.wait_for_url(f"{self.home}/**")
        expect(self.page.locator(".who")).to_have_text("Ann Lee")
        self.problems = [one for one in self.problems if "ERR_FAILED" not in one]

    def judge(self, name: str) -> None:
        """Hold a page against axe-core, dark and light, and the policy, and keep a picture of it."""
        expect(self.page.locator("h1")).to_have_count(1)
        for scheme in ("dark", "light"):
            self.page.emulate_media(color_scheme=scheme)
            for one in Axe().run(self.page).response["violations"]:
                self.problems.append(f"{name}, {scheme}: {one['id']}: {[node['html'] for node in one['nodes']][:3]}")
        self.problems += [f"{name}: {what}" for what in self.page.evaluate("window.stopped")]
        picture(self.page, name)


def picture(page: Page, name: str) -> None:
    """Keep pictures of a page, and see that it fits a narrow window."""
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert not page.evaluate("document.scrollingElement.scrollWidth > innerWidth"), f"{name} at {width}"
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=Path(folder) / f"action-{name}-{width}.png", full_page=True)


@pytest.fixture
def walker(open_context: Callable[..., BrowserContext], served: Server) -> Walker:
    home = f"http://localhost:{served.port}"
    page = open_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(home)
    expect(page.locator("#link")).to_have_attribute("data-mode", "live")
    found = Walker(page, home)
    found.sign_in()
    expect(page.locator("#link")).to_have_attribute("data-mode", "live")
    return found


def to_cell(walker: Walker, environment: str) -> None:
    """Go over the board's grid to the cell of web."""
    page = walker.page
    walker.tab_to(page.locator("#rows a[tabindex='0']"))
    for key in ("ArrowDown", "ArrowUp"):
        if page.evaluate("document.activeElement.closest('tr').id") != "app-web":
            walker.press(key)
    walker.press("Home")
    wanted = page.locator(f"#app-web td[data-label={environment}] a")
    for _ in range(3):
        walker.press("ArrowRight")
        walker.look()
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"arrows do not lead to {environment}")


def opened(walker: Walker, gitea: GiteaRepository, name: str) -> Any:
    """Be on the page that says that a request is open; return the request, as Gitea has it."""
    page = walker.page
    expect(page.locator(".outcome")).to_be_focused()
    (pull,) = gitea.pulls()
    walker.look()
    expect(page.locator(".outcome")).to_contain_text("The request is open.")
    expect(page).to_have_title(re.compile("^The request is open: "))
    walker.judge(f"{name}-opened")
    link = page.locator(".outcome a")
    walker.tab_to(link)
    expect(link).to_have_attribute("href", pull["html_url"])
    return pull


@pytest.mark.full
def test_a_promotion_by_keyboard_alone(walker: Walker, gitea: GiteaRepository) -> None:
    page = walker.page
    to_cell(walker, "prod")
    walker.press("p")
    page.wait_for_url("**/apps/web/prod#promote")
    expect(page.locator("#promote")).to_be_focused()
    walker.look()
    walker.judge("cell")
    walker.press("p")
    page.wait_for_url("**/apps/web/prod/promote")
    expect(page.locator(".change")).to_contain_text("1.0 → 1.10")
    walker.judge("promote")
    walker.tab_to(page.get_by_role("button", name="Open the request"))
    walker.press("Enter")
    pull = opened(walker, gitea, "promote")
    assert pull["title"] == "Promote web 1.10 from staging to prod"
    # What a person sees then, without waiting: the cell, and what waits.
    walker.open(page.locator("main .actions a").first, "/apps/web/prod$")
    expect(page.locator("#facts")).to_contain_text(pull["html_url"])
    walker.open(page.get_by_role("link", name="Waiting"), "/waiting$")
    expect(page.locator("#requests")).to_contain_text(pull["title"])
    walker.judge("waiting")
    walker.open(page.locator("#requests td a").first, "/apps/web/prod$")
    gitea.merge(pull["number"])
    expect(page.locator("#facts dd").first).to_have_text(re.compile(r"^1\.10"))
    expect(page.locator("#facts")).to_contain_text("none is open")
    assert walker.problems == []


@pytest.mark.full
def test_a_rollback_a_pin_and_its_end_by_keyboard_alone(walker: Walker, gitea: GiteaRepository) -> None:
    page = walker.page
    to_cell(walker, "staging")
    walker.press("r")
    page.wait_for_url("**/apps/web/staging#rollback")
    expect(page.locator("#rollback")).to_be_focused()
    walker.press("Enter")
    page.wait_for_url("**/apps/web/staging/rollback")
    walker.judge("rollback-choose")
    walker.tab_to(page.locator("input[name=to]").first)
    walker.press("Space", "ArrowDown")
    expect(page.locator("input[name=to]").nth(1)).to_be_checked()
    walker.press("ArrowUp")
    walker.tab_to(page.locator("#reason"))
    page.keyboard.type("Loses orders? /r p")
    walker.tab_to(page.get_by_role("button", name="Show what would happen"))
    walker.press("Enter")
    page.wait_for_url("**/rollback?to=*")
    expect(page.locator(".change")).to_contain_text("1.10 → 1.9")
    walker.judge("rollback")
    walker.tab_to(page.get_by_role("button", name="Open the request"))
    walker.press("Enter")
    pull = opened(walker, gitea, "rollback")
    walker.open(page.locator("main .actions a").first, "/apps/web/staging$")
    gitea.merge(pull["number"])
    # The page follows by itself: what was offered is so no longer.
    expect(page.locator("#facts")).to_contain_text("Loses orders? /r p")
    walker.open(page.get_by_role("link", name="Unpin"), "/apps/web/staging/unpin$")
    walker.judge("unpin")
    walker.tab_to(page.get_by_role("button", name="Open the request"))
    walker.press("Enter")
    pull = opened(walker, gitea, "unpin")
    walker.open(page.locator("main .actions a").first, "/apps/web/staging$")
    gitea.merge(pull["number"])
    expect(page.locator("#facts")).to_contain_text("not pinned")
    walker.open(page.get_by_role("link", name="Pin", exact=True), "/apps/web/staging/pin$")
    walker.judge("pin")
    walker.tab_to(page.locator("#reason"))
    page.keyboard.type("until the sale is over")
    walker.tab_to(page.get_by_role("button", name="Open the request"))
    walker.press("Enter")
    opened(walker, gitea, "pin")
    assert walker.problems == []


@pytest.mark.full
def test_what_is_refused_is_told_where_the_focus_is(walker: Walker, gitea: GiteaRepository) -> None:
    page = walker.page
    page.goto(f"{walker.home}/apps/web/prod/promote")
    button = page.get_by_role("button", name="Open the request")
    expect(button).to_be_visible()
    gitea.gitops.bump("web", "1.11", "staging")
    gitea.push()
    walker.tab_to(button)
    walker.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    walker.look()
    walker.judge("refused")
    walker.problems = [one for one in walker.problems if "409" not in one]
    walker.open(page.get_by_role("link", name="Show what would happen now"), "/promote$")
    expect(page.locator(".change")).to_contain_text("1.0 → 1.11")
    assert gitea.pulls("all") == []
    assert walker.problems == []


@pytest.mark.full
def test_without_javascript(
    served: Server, open_context: Callable[..., BrowserContext], gitea: GiteaRepository
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    keep_here(page)
    page.goto(f"http://localhost:{served.port}/apps/web/prod#promote")
    page.get_by_role("link", name="Sign in").last.press("Enter")
    page.locator("input[name=sub]").fill("ann")
    page.locator("input[name=sub]").press("Enter")
    page.get_by_role("link", name="Promote from staging").press("Enter")
    page.get_by_role("button", name="Open the request").press("Enter")
    expect(page.locator(".outcome")).to_contain_text("The request is open.")
    (pull,) = gitea.pulls()
    expect(page.locator(".outcome a")).to_have_attribute("href", pull["html_url"])
    page.get_by_role("link", name="web in prod").last.press("Enter")
    expect(page.locator("#facts")).to_contain_text(pull["html_url"])
    page.get_by_role("link", name="Roll back").press("Enter")
    expect(page.locator(".empty")).to_contain_text("no other release")


@pytest.mark.full
def test_a_key_leads_who_has_not_signed_in_to_the_sign_in(served: Server, page: Page) -> None:
    keep_here(page)
    page.goto(f"http://localhost:{served.port}/apps/web/prod#rollback")
    expect(page.locator("#sign-in")).to_be_focused()
    page.locator(".find input").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("p")
    expect(page.locator("#sign-in")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/oauth2/authorize?*")
