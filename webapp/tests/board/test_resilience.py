"""What goes wrong in operation: a kill during an import, a database that is away, clocks, a large repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from board_server import serving
from gitops_repository import SPEC
from release_board.config import Settings, parse_database_url
from release_board.sources.collector import Collector
from release_board.store.database import Database
from release_board.store.migration import migrate
from release_board.store.models import App, Cell, Event
from waiting import eventually

if TYPE_CHECKING:
    from gitops_repository import GitOps
    from postgresql_server import PostgresqlServer

WEBAPP = Path(__file__).parents[2]
# Collects, and ends as by SIGKILL right behind the statement of this number.
KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from release_board import create_app
left = int(sys.argv[1])
@event.listens_for(Engine, "after_cursor_execute")
def count(*_):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
create_app().test_cli_runner().invoke(args=["collect", "--once"])
"""


def stored(database: Database) -> tuple[list[object], list[object]]:
    """Return events and cells, without the numbers that a database gives."""
    with database.session() as session:
        events = select(Event.app, Event.environment, Event.commit, Event.action, Event.tag).order_by(Event.id)
        cells = select(Cell.app, Cell.environment, Cell.tag, Cell.commit, Cell.behind_by)
        return list(session.execute(events)), sorted(session.execute(cells), key=str)


@pytest.mark.thin(10)
@pytest.mark.parametrize("statement", [4, 9, 12, 16, 20])
def test_an_import_that_is_killed_converges(
    statement: int, board_settings: Settings, collector: Collector, gitops: GitOps, tmp_path: Path
) -> None:
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    gitops.bump("web", "1.1", "dev")
    given = {
        "DATABASE_URL": board_settings.database_url.render_as_string(hide_password=False),
        "BOARD_REPOSITORY": board_settings.repository or "",
        "MIRROR_FOLDER": str(tmp_path / "mirror.git"),
    }
    done = subprocess.run([sys.executable, "-c", KILLED, str(statement)], cwd=WEBAPP, env=os.environ | given)
    assert done.returncode == -9
    assert stored(collector.database) == ([], [])
    collector.collect()
    url = f"sqlite:///{tmp_path / 'undisturbed.sqlite3'}"
    undisturbed = Database(parse_database_url(url))
    migrate(undisturbed)
    Collector(undisturbed, board_settings).collect()
    assert stored(collector.database) == stored(undisturbed)
    assert len(stored(undisturbed)[0]) == 10


@pytest.mark.full
def test_a_database_that_was_away_is_used_again(
    gitops: GitOps, own_postgresql: PostgresqlServer, tmp_path: Path
) -> None:
    server = own_postgresql
    server.create("board")
    migrate(Database(parse_database_url(server.url("board"))))
    given = {"DATABASE_URL": server.url("board"), "BOARD_REPOSITORY": gitops.folder.as_uri()}
    with serving(**given, MIRROR_FOLDER=str(tmp_path / "mirror.git"), COLLECT_SECONDS="1") as board:  # type: ignore[arg-type]
        assert eventually(lambda: b"app-web" in board.get("/")[1])
        server.stop()
        status, body = board.get("/readyz")
        assert (status, b"the database does not answer" in body) == (503, True)
        status, body = board.get("/")
        assert (status, b"The database is not available" in body) == (503, True)
        assert board.get("/healthz")[0] == 200
        gitops.bump("web", "2.0", "dev")
        server.start()
        assert eventually(lambda: board.get("/readyz")[0] == 200)
        # The collector goes on, too.
        assert eventually(lambda: b">2.0<" in board.get("/")[1])


def commit_at(gitops: GitOps, moment: str, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as clock:
        clock.setenv("GIT_COMMITTER_DATE", moment)
        clock.setenv("GIT_AUTHOR_DATE", moment)
        gitops.bump("web", tag, "dev", "staging")


@pytest.mark.thin(3)
@pytest.mark.parametrize(
    "moments",
    [("@32472144000 +0000", "@915148800 +0000"), ("@4102444800 +1400", "@1 -1100"), ("@999999999999 +0000",)],
    ids=["a millennium", "zones", "beyond the calendar"],
)
def test_clocks_that_are_wrong_give_no_negative_times(
    moments: tuple[str, ...], gitops: GitOps, collector: Collector, pages: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is asked of the clock, too: how long a build has been in the environment before.
    gitops.generate(SPEC.replace("prod: {}", "prod: {soak: 2h}"), "Let it soak")
    for number, moment in enumerate(moments):
        commit_at(gitops, moment, f"1.{number}", monkeypatch)
    gitops.bump("web", "2.0", "dev")
    gitops.bump("web", "1.0", "prod")
    collector.collect()
    paths = [
        "/",
        "/apps/web",
        "/apps/web/prod",
        "/apps/web/staging",
        "/activity",
        "/activity.atom",
        "/activity.json",
        "/find?q=1.0",
    ]
    for path in [*paths, "/delivery", "/delivery/web", "/waiting", "/api/board", "/api/events"]:
        answer = pages.get(path)
        assert answer.status_code == 200, path
        assert not re.search(r">\s*-\d+ (?:s|min|h|d|y)\b", answer.text), path
    found = pages.get("/api/delivery/web").get_json()
    times = [found[name][part] for name in ("lead_time", "recovery_time") for part in ("median_seconds", "p90_seconds")]
    assert all(one is None or one >= 0 for one in times)
    # The order is the branch's, whatever the clocks said.
    assert pages.get("/api/apps/web/dev").get_json()["tag"] == "2.0"


# Other runs look at what is fetched in test_large_repository.
@pytest.mark.full
def test_of_a_large_repository_only_what_is_read_is_fetched(gitops: GitOps, collector: Collector) -> None:
    large = gitops.folder / "web" / "movie"
    large.parent.mkdir(exist_ok=True)
    large.write_bytes(os.urandom(30_000_000))
    gitops.commit("Film it")
    large.unlink()
    gitops.commit("Take it out again")
    gitops.bump("web", "1.0", "dev")
    imported = collector.collect()
    assert imported is not None
    assert imported.events == 7
    mirror = collector.settings.mirror
    assert sum(file.stat().st_size for file in mirror.rglob("*") if file.is_file()) < 1_000_000


def test_a_forced_push_leaves_nothing_behind_on_pages(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    gitops.bump("web", "1.0", "dev")
    kept = gitops.git("rev-parse", "HEAD")
    gitops.bump("web", "1.1-lost", "dev", "prod")
    collector.collect()
    gitops.git("reset", "-q", "--hard", kept)
    collector.collect()
    for path in (
        "/",
        "/apps/web",
        "/apps/web/dev",
        "/apps/web/prod",
        "/activity",
        "/api/events",
        "/api/find?q=1.1-lost",
    ):
        assert "1.1-lost" not in pages.get(path).text.replace("/api/find?q=1.1-lost", "").replace(
            '"text":"1.1-lost"', ""
        )


@pytest.mark.full
def test_two_collectors_at_once_count_nothing_twice(board: Flask, board_settings: Settings, gitops: GitOps) -> None:
    gitops.bump("web", "1.0", "dev")
    given = {
        "DATABASE_URL": board_settings.database_url.render_as_string(hide_password=False),
        "BOARD_REPOSITORY": board_settings.repository or "",
        "MIRROR_FOLDER": str(board_settings.mirror),
    }
    command = [sys.executable, "-m", "release_board", "collect", "--once"]
    both = [subprocess.Popen(command, cwd=WEBAPP, env=os.environ | given) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    database = board.extensions["release_board.database"]
    assert len(stored(database)[0]) == 7
    with database.session() as session:
        assert len(session.scalars(select(App)).all()) == 2
