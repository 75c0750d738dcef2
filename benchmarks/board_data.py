"""Databases of a release board: a repository whose history is imported, and as many older events as are wanted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask

# Commits that are really there; older events are made up, without a commit.
COMMITS = 2500
# One app has so many of the made-up releases.
BUSY_SHARE = 10
_STEP = 60
_FIRST = 100_000_000


class Filled(NamedTuple):
    """Databases by how many events they have, the app with most of them, and each app, environment and tag."""

    urls: dict[int, str]
    busiest: str
    cells: Sequence[tuple[str, str, str]]


def unlimited() -> Flask:
    """Return the board for gunicorn, without its limit of searches from one address."""
    from release_board import create_app
    from release_board.access.limits import limiter

    app = create_app()
    limiter.enabled = False
    return app


def fill(folder: Path, server: Any, apps: int, counts: Sequence[int]) -> Filled:
    """Fill a database for each count, in a server of the tests."""
    from release_board.config import Settings
    from release_board.sources.collector import Collector
    from release_board.store.database import Database
    from release_board.store.migration import migrate

    from testing.release_history import Plan, make

    truth = make(folder, Plan(apps=apps, commits=COMMITS, now=int(time.time()) - 240))
    server.create("imported")
    environment = {
        "DATABASE_URL": server.url("imported"),
        "BOARD_REPOSITORY": truth.gitops.as_uri(),
        "MIRROR_FOLDER": str(folder / "mirror.git"),
    }
    settings = Settings.from_environment(environment)
    database = Database(settings.database_url)
    migrate(database)
    collector = Collector(database, settings)
    assert collector.collect() is not None
    while collector.has_more:
        collector.read_sources()
    _hear(collector)
    database.engine.dispose()
    urls = {}
    for count in counts:
        server.create(f"events_{count}", "imported")
        urls[count] = server.url(f"events_{count}")
        busiest = _lengthen(urls[count], count)
    cells = [(row.app, row.environment, row.tag or "none") for row in collector.repository.status()]
    return Filled(urls, busiest, cells)


def _hear(collector: Any) -> None:
    """Store what a forge and a cluster could say: most is healthy, a few fail or move, two hundred requests wait."""
    from release_board.sources import live

    from generator import LiveState, Running

    running, requests = {}, {}
    for number, row in enumerate(collector.repository.status()):
        image = f"{row.app}:{row.tag}" + (f"@{row.digest}" if row.digest else "")
        health = {5: "Degraded", 55: "Progressing"}.get(number % 300, "Healthy")
        running[row.app, row.environment] = Running("Synced", health, row.commit or "", (image,))
        if number % 15 == 0:
            requests[row.app, row.environment] = f"https://git.example.com/acme/shop-gitops/pulls/{number}"
    with collector.database.session() as session:
        live.store(session, LiveState(requests, running, open=()), int(time.time()), collector.log)


def _lengthen(url: str, count: int) -> str:
    """Add older events until there are so many; return the app with most of them."""
    from release_board.config import parse_database_url
    from release_board.store.database import Database
    from release_board.store.insert import add_rows
    from release_board.store.models import App, Event
    from sqlalchemy import func, select, text, update

    database = Database(parse_database_url(url))
    with database.session() as session:
        names = list(session.scalars(select(App.name).order_by(App.name)))
        there = session.scalar(select(func.count()).select_from(Event)) or 0
        oldest = session.scalar(select(func.min(Event.at))) or 0
        # Numbers are in the order of time.
        session.execute(update(Event).values(id=Event.id + _FIRST))
        add_rows(session, Event, list(_events(names, count - there, oldest)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    database.engine.dispose()
    return names[0]


def _events(names: Sequence[str], count: int, end: int) -> Iterator[dict[str, Any]]:
    """Yield events: releases that go from one environment to the next."""
    number = 0
    while number < count:
        release, place = divmod(number, 3)
        app = names[0] if release % BUSY_SHARE == 0 else names[release % len(names)]
        commit, source = (hashlib.sha1(f"{kind}{release}{place}".encode()).hexdigest() for kind in ("commit", "source"))
        tag = f"v1.{release % 1000}.{release}"
        yield {
            "id": number + 1,
            "app": app,
            "environment": ("dev", "staging", "prod")[place],
            "commit": commit,
            "at": end - (count - number) * _STEP,
            "action": "promoted" if place else "released",
            "author": f"Person {release % 40}",
            "subject": f"Release {app} {tag}",
            "message": f"Release {app} {tag}\n\nBuild: build {release}\n",
            "tag": tag,
            "before_tag": f"v1.{(release - 1) % 1000}.{release - 1}",
            "origin": commit,
            "origin_author": f"Person {release % 40}",
            "build": f"build {release}",
            "build_number": release,
            "source": source,
            "base": False,
            "image_changed": True,
        }
        number += 1
