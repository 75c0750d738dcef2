"""Fixtures of tests in a real Chromium: Debian's, which Playwright drives but does not download.

`PICTURES=folder` keeps a picture of each page.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from board_server import Server, serving
from waiting import PATIENCE

if TYPE_CHECKING:
    from gitops_repository import GitOps
    from release_board.config import Settings
    from release_board.sources.collector import Collector

# A page notes what its content security policy stops.
NOTE = """window.stopped = [];
addEventListener("securitypolicyviolation", (event) => stopped.push(event.violatedDirective));"""


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox"] if os.getuid() == 0 else []
        )
        yield browser
        browser.close()


@pytest.fixture
def open_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Return what opens a browser's profile with the given options."""
    opened: list[BrowserContext] = []

    def open_one(**options: object) -> BrowserContext:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE * 1000)
        context.add_init_script(NOTE)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context().new_page()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """Serve a folder's database and mirror for the whole run, since a server takes long to start."""
    folder = tmp_path_factory.mktemp("site")
    where = f"sqlite:///{folder}/board.sqlite3", str(folder / "mirror.git")
    with serving(DATABASE_URL=where[0], MIRROR_FOLDER=where[1]) as running:
        yield running, folder


@pytest.fixture
def board_settings(site: tuple[Server, Path], gitops: GitOps) -> Settings:
    """Let this test's collector write where the server reads, and forget what others wrote."""
    from release_board.config import Settings
    from release_board.store.changes import newest
    from release_board.store.database import Database
    from release_board.store.models import Base, Change

    _, folder = site
    settings = Settings.from_environment(
        {
            "DATABASE_URL": f"sqlite:///{folder}/board.sqlite3",
            "MIRROR_FOLDER": str(folder / "mirror.git"),
            "BOARD_REPOSITORY": gitops.folder.as_uri(),
        }
    )
    shutil.rmtree(settings.mirror, ignore_errors=True)
    database = Database(settings.database_url)
    with database.session() as session:
        last = newest(session)
        for table in Base.metadata.tables.values():
            session.execute(table.delete())
        # Numbers of changes go on, as in any database: the server may still have streams of the test before.
        session.add(Change(id=last + 1, at=0, apps=""))
    database.engine.dispose()
    return settings


@pytest.fixture
def board_url(board_settings: Settings) -> str:
    return str(board_settings.database_url)


@pytest.fixture
def server(site: tuple[Server, Path], collector: Collector) -> Server:
    """Serve what the collector has read; it reads again when a test says so."""
    collector.collect()
    return site[0]
