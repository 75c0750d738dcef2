"""Pages that are open in a browser: they change by themselves, and leave the user where they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from board_server import Events, Server, serving
from release_board.sources.collector import Collector
from release_board.store.models import Cell, Source
from waiting import eventually

if TYPE_CHECKING:
    from gitops_repository import GitOps

# Notes the moment at which a text is in a row.
SEEN = """([id, text]) => new Promise((done) => {
  const look = () => { if (document.getElementById(id)?.textContent.includes(text)) done(Date.now() / 1000); };
  new MutationObserver(look).observe(document.getElementById("rows"), { subtree: true, childList: true });
  look();
})"""


def open_board(page: Page, server: Server, path: str = "/") -> None:
    page.goto(server.url + path)
    expect(page.locator("#link")).to_have_attribute("data-mode", "live")


# All of this module is left to a run in full: in others, a row that changes by itself is looked at among products,
# and the server with its collector among commands.
@pytest.mark.full
def test_a_push_is_on_the_board_without_a_reload(
    page: Page, gitops: GitOps, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    origin = tmp_path / "origin.git"
    gitops.git("clone", "-q", "--bare", ".", str(origin))
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/served.sqlite3",
        "BOARD_REPOSITORY": origin.as_uri(),
        "MIRROR_FOLDER": str(tmp_path / "served.git"),
        "COLLECT_SECONDS": "1",
    }
    with serving(**settings) as server:  # type: ignore[arg-type]
        assert eventually(lambda: b"app-web" in server.get("/")[1])
        open_board(page, server)
        took = []
        for tag in ("1.0", "1.1", "1.2"):
            gitops.bump("web", tag, "dev")
            page.evaluate(f"window.seen = ({SEEN})(['app-web', '{tag}']); 0")
            gitops.git("push", "-q", str(origin), "main")
            pushed = time.time()
            took.append(round(page.evaluate("window.seen") - pushed, 2))
    record_property("seconds from push to page", took)
    print("seconds from push to page:", took)


@pytest.mark.full
def test_seven_tabs_have_one_stream(
    open_context: Callable[..., BrowserContext], gitops: GitOps, collector: Collector, server: Server
) -> None:
    context = open_context()
    streams: list[Request] = []
    context.on("request", lambda request: streams.append(request) if "/events" in request.url else None)
    tabs = [context.new_page() for _ in range(7)]
    for tab in tabs:
        open_board(tab, server)
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    for tab in tabs:
        expect(tab.locator("#app-web")).to_contain_text("1.0")
    assert len(streams) == 1
    # Another one takes over from the tab that had it.
    first = streams[0].frame.page
    rest = [tab for tab in tabs if tab is not first]
    with context.expect_event("request", lambda request: "/events" in request.url):
        first.close()
    gitops.bump("web", "1.1", "dev")
    collector.collect()
    for tab in rest:
        expect(tab.locator("#app-web")).to_contain_text("1.1")
    assert len(streams) == 2


@pytest.mark.full
def test_a_page_that_is_hidden_has_no_stream(page: Page, gitops: GitOps, collector: Collector, server: Server) -> None:
    hide = "Object.defineProperty(document, 'hidden', {{ value: {}, configurable: true }})"
    change = "; document.dispatchEvent(new Event('visibilitychange'))"
    open_board(page, server)
    with page.expect_event("requestfailed", lambda request: "/events" in request.url):
        page.evaluate(hide.format("true") + change)
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    page.evaluate(hide.format("false") + change)
    expect(page.locator("#app-web")).to_contain_text("1.0")


@pytest.mark.full
def test_without_room_for_a_stream_it_asks(page: Page, gitops: GitOps, collector: Collector, board_url: str) -> None:
    collector.collect()
    with serving(DATABASE_URL=board_url, STREAMS="1") as server, Events(server.port) as held:
        held.next()
        page.goto(server.url)
        expect(page.locator("#link")).to_have_attribute("data-mode", "polling")
        gitops.bump("web", "1.0", "dev")
        collector.collect()
        expect(page.locator("#app-web")).to_contain_text("1.0")
        expect(page.locator("#live")).to_have_text("1 app changed: web")


@pytest.mark.full
def test_it_resumes_after_the_server_was_away(page: Page, gitops: GitOps, collector: Collector, board_url: str) -> None:
    collector.collect()
    with serving(DATABASE_URL=board_url) as first:
        open_board(page, first)
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    with serving(at=first.port, DATABASE_URL=board_url):
        expect(page.locator("#app-web")).to_contain_text("1.0")
        expect(page.locator("#link")).to_have_attribute("data-mode", "live")


@pytest.mark.full
def test_the_user_stays_where_they_are(page: Page, gitops: GitOps, collector: Collector, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 300})
    open_board(page, server)
    page.locator("#app-web a").nth(1).focus()
    page.evaluate("scrollTo(0, document.getElementById('app-web').offsetTop)")
    top = page.locator("#app-web").evaluate("row => Math.round(row.getBoundingClientRect().top)")
    gitops.bump("cart", "2.0", "dev", "staging", "prod")
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    expect(page.locator("#live")).to_have_text("2 apps changed: cart, web")
    expect(page.locator("#app-web")).to_contain_text("1.0")
    expect(page.locator("#app-web a").nth(1)).to_be_focused()
    assert page.locator("#app-web").evaluate("row => Math.round(row.getBoundingClientRect().top)") == top


@pytest.mark.full
def test_rows_come_go_and_change_their_place(page: Page, gitops: GitOps, collector: Collector, server: Server) -> None:
    open_board(page, server)
    apps = page.locator("#rows tr")
    expect(apps).to_have_count(2)
    gitops.bump("cart", "1.0", "prod")
    gitops.pin("cart", "prod", "until the sale is over")
    collector.collect()
    expect(apps.first).to_contain_text("pinned")
    spec = (gitops.folder / "generator.yaml").read_text()
    more = spec + "  admin: {image: shop/admin, source: admin, port: 8080, health: /healthz}\n"
    gitops.generate(more, "Add admin")
    collector.collect()
    expect(apps).to_have_count(3)
    assert [row.get_attribute("id") for row in apps.all()] == ["app-cart", "app-admin", "app-web"]
    gitops.generate(spec, "Remove admin")
    collector.collect()
    expect(apps).to_have_count(2)


@pytest.mark.full
def test_a_filter_holds_while_rows_change(page: Page, gitops: GitOps, collector: Collector, server: Server) -> None:
    open_board(page, server, "/?state=pinned")
    expect(page.locator("#rows tr")).to_have_count(0)
    gitops.bump("web", "1.0", "prod")
    gitops.pin("web", "prod", "until the sale is over")
    collector.collect()
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#states [data-count=pinned]")).to_have_text("1")


@pytest.mark.full
def test_title_and_icon_tell_of_failures(page: Page, collector: Collector, server: Server) -> None:
    open_board(page, server)
    expect(page).to_have_title("Board")
    write(collector, health="Degraded")
    expect(page).to_have_title("1 failing · Board")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/static/failing.svg")
    write(collector, health="Healthy")
    expect(page).to_have_title("Board")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/static/board.svg")


@pytest.mark.full
def test_the_wall_shows_what_needs_attention(page: Page, collector: Collector, server: Server) -> None:
    open_board(page, server, "/?wall=1")
    expect(page.locator(".empty")).to_contain_text("none fails, moves or waits")
    write(collector, health="Degraded")
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#counts .failing")).to_contain_text("1")
    expect(page.locator("main input, main button, main form")).to_have_count(0)


@pytest.mark.full
def test_nothing_stays_green_when_the_source_is_silent(page: Page, collector: Collector, server: Server) -> None:
    write(collector, health="Healthy", heard=int(time.time()))
    page.clock.install()
    open_board(page, server)
    health = page.locator("#app-web .health")
    expect(health).to_have_css("color", "rgb(11, 107, 79)")
    page.clock.fast_forward("03:00")
    expect(page.locator("#heard [data-source=cluster]")).to_contain_text("Stale: Heard from Argo CD 3 min ago")
    expect(health).to_have_css("color", "rgb(91, 95, 102)")
    expect(health).to_contain_text("as last heard")
    expect(page).to_have_title("stale · Board")


def write(collector: Collector, health: str, heard: int | None = None) -> None:
    """Let Argo CD have said this of web in dev."""
    from release_board.sources.importing import number

    with collector.database.session() as session:
        session.merge(Source(name="cluster", heard=heard or int(time.time())))
        cell = session.get(Cell, ("web", "dev"))
        assert cell is not None
        cell.live_health, cell.live_sync = health, "Synced"
        number(session, [cell], ["web"], int(time.time()))


@pytest.mark.full
@pytest.mark.parametrize(("motion", "animation"), [("reduce", "none"), ("no-preference", "changed")])
def test_marks_do_not_move_where_that_is_not_wanted(
    motion: str,
    animation: str,
    open_context: Callable[..., BrowserContext],
    gitops: GitOps,
    collector: Collector,
    server: Server,
) -> None:
    page = open_context(reduced_motion=motion).new_page()
    open_board(page, server)
    page.evaluate("""window.marked = new Promise((done) => new MutationObserver(() => {
      const head = document.querySelector("tr.changed > th");
      if (head) done(getComputedStyle(head).animationName);
    }).observe(document.getElementById("rows"), { subtree: true, childList: true, attributes: true })); 0""")
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    assert page.evaluate("window.marked") == animation
