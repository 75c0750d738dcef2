"""Every page of the board, and what is wrong with one in a browser."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from generator import LiveState, OpenRequest, Review, Running
from playwright.sync_api import Page, expect
from sqlalchemy import select

from board_live import healthy
from board_server import Server
from release_board.sources import live
from release_board.sources.collector import Collector
from release_board.store.event_log import SqlLog
from release_board.store.models import Event

# A value for each parameter of a route.
EXAMPLES = {"app": "web", "environment": "prod", "kind": "promote"}
QUERIES = {"/": ("?wall=1", "?q=web"), "/find": ("?q=1.0",)}
TIMES = re.compile(r"[^a-z0-9]+")


def paths(board: Flask, server: Server, examples: Mapping[str, str] = EXAMPLES) -> list[str]:
    """Return every page that is HTML, with an example of what it is about."""
    return list(_paths(board, server, {**examples, "commit": _deployment(board, examples)}))


def _paths(board: Flask, server: Server, examples: Mapping[str, str]) -> Iterator[str]:
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


def _deployment(board: Flask, examples: Mapping[str, str]) -> str:
    """Return the commit of a deployment in production."""
    with board.extensions["release_board.database"].session() as session:
        place = (Event.app == examples["app"], Event.environment == examples["environment"])
        query = select(Event.commit).where(*place, Event.image_changed).order_by(Event.id.desc())
        found: str = session.scalars(query.limit(1)).one()
        return found


def run(collector: Collector) -> str:
    """Store what a cluster and a forge could say of all apps; return an app that is failing in staging."""
    running = healthy(collector)
    names = list(dict.fromkeys(app for app, _ in running))
    running[names[0], "staging"] = Running("Synced", "Degraded", "", ())
    running[names[1], "dev"] = Running("OutOfSync", "Progressing", "", ())
    url, now = "https://git.example.com/acme/shop-gitops/pulls/", int(time.time())
    moves = dict.fromkeys(names[:3], ("1.0", "2.0-a-tag-that-is-long-enough-to-be-cut"))
    about = [Review(author="ann", created=now - 86400 * day, reviewers=("bob",), checks="failed") for day in range(9)]
    opened = [
        OpenRequest(str(day), f"{url}{day}", f"Promote {day}", "prod", (*moves,), moves, one)
        for day, one in enumerate(about)
    ]
    requests = {(name, "prod"): opened[0].url for name in moves}
    with collector.database.session() as session:
        live.store(session, LiveState(requests, running, open=tuple(opened)), now, SqlLog())
    return names[0]


def faults(page: Page, url: str, seen: list[str], about: str) -> list[str]:
    """Open each page, and return what is wrong: scripts, width, policy, accessibility.

    `PICTURES=folder` keeps a picture of each, named by the path and `about`.
    """
    found: list[str] = []
    page.on("console", lambda said: found.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    for path in seen:
        page.goto(url + path)
        expect(page.locator("h1")).to_have_count(1)
        found += [f"{path}: {what}" for what in page.evaluate("window.stopped")]
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            found.append(f"{path}: wider than the window")
        if folder := os.environ.get("PICTURES"):
            name = TIMES.sub("-", path.lower()).strip("-") or "board"
            page.screenshot(path=Path(folder) / f"{name}-{about}.png", full_page=True)
        found += [
            f"{path}: {one['id']}: {[node['html'] for node in one['nodes']][:3]}"
            for one in Axe().run(page).response["violations"]
        ]
    return found
