"""What keeps pages cheap to ask again, and streams cheap to have: ETags, one poller, rows that are small."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask, template_rendered
from flask.testing import FlaskClient

from release_board.live import batch
from release_board.live.hub import Hub, Stream
from release_board.live.message import event
from release_board.sources.collector import Collector
from release_board.store.models import Cell, Change, Source

if TYPE_CHECKING:
    from gitops_repository import GitOps

LONG = "release-2026-11-28-with-a-long-name-4f1a2b3c"


@contextmanager
def rendered(app: Flask) -> Iterator[list[str | None]]:
    """Yield the names of the templates that are rendered meanwhile."""
    names: list[str | None] = []

    def note(_sender: object, template: object, **_about: object) -> None:
        names.append(getattr(template, "name", None))

    with template_rendered.connected_to(note, app):
        yield names


def test_a_page_that_is_the_same_is_not_rendered(
    gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    collector.collect()
    for _ in range(2):  # The minute may end between two requests, but not twice.
        tag = pages.get("/").headers["ETag"]
        with rendered(board) as names:
            answer = pages.get("/", headers={"If-None-Match": tag})
        if answer.status_code == 304:
            break
    assert (answer.status_code, answer.data, names, answer.headers["ETag"]) == (304, b"", [], tag)
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    assert pages.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_a_page_that_depends_on_something_else_has_another_etag(collector: Collector, pages: FlaskClient) -> None:
    collector.collect()
    tag = pages.get("/").headers["ETag"]
    for path in ("/?q=web", "/?wall=1"):
        assert pages.get(path, headers={"If-None-Match": tag}).status_code == 200
    with collector.database.session() as session:
        source = session.get(Source, "git")
        assert source is not None
        source.problem = "it is away"
    assert pages.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_a_browser_without_a_stream_learns_what_is_new(collector: Collector, pages: FlaskClient) -> None:
    collector.collect()
    answer = pages.get("/heard")
    assert answer.headers["X-Change"] == "1"
    assert "Heard from git" in answer.text
    assert pages.get("/heard", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    with collector.database.session() as session:
        session.add(Change(id=2, at=1, apps="web"))
    assert pages.get("/heard", headers={"If-None-Match": answer.headers["ETag"]}).headers["X-Change"] == "2"


def test_a_row_is_small(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    with board.test_request_context(), collector.database.session() as session:
        for environment in ("dev", "staging", "prod"):
            cell = session.get(Cell, ("web", environment))
            assert cell is not None
            cell.tag, cell.live_health, cell.live_sync = LONG, "Degraded", "OutOfSync"
            cell.behind, cell.behind_by, cell.pin_reason = "staging", 12, "until the sale is over"
            cell.request = "https://forge.example.com/acme/shop/pulls/12"
        session.flush()
        found = batch.read(session, 0)
        assert found is not None
        row = next(part for part in found.text.split(b"\n\n") if b"app-web" in part)
        assert len(row) < 2048


def take(stream: Stream, name: bytes) -> bytes:
    """Return the next event of this name."""
    return next(part for part in stream if part.startswith(b"event: " + name))


def test_streams_share_one_poller(collector: Collector, board: Flask, gitops: GitOps) -> None:
    collector.collect()
    hub: Hub = board.extensions["release_board.live"]
    streams = [hub.open(after) for after in (None, 0, 1)]
    for stream in streams:
        take(stream, b"heard")
    assert [thread.name for thread in threading.enumerate()].count("changes") == 1
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    for stream in streams:
        while b'"to": 2' not in next(stream.__iter__()):
            pass
        stream.close()
    hub.end()
    poller = next((one for one in threading.enumerate() if one.name == "changes"), None)
    if poller:
        poller.join()


def test_a_restored_database_reloads_pages(collector: Collector, board: Flask) -> None:
    collector.collect()
    with collector.database.session() as session:
        session.add(Change(id=7, at=1, apps="web"))
    hub: Hub = board.extensions["release_board.live"]
    stream = hub.open(7)
    take(stream, b"heard")
    with collector.database.session() as session:
        change = session.get(Change, 7)
        session.delete(change)
    assert b'"to": 1' in take(stream, b"reload")
    stream.close()
    hub.end()


def test_what_was_read_before_a_restore_is_not_sent_after_it(
    collector: Collector, board: Flask, gitops: GitOps
) -> None:
    collector.collect()
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    hub: Hub = board.extensions["release_board.live"]
    stream = hub.open(1)
    assert b"1.0" in take(stream, b"row")
    stream.close()
    next(one for one in threading.enumerate() if one.name == "changes").join()
    # While no page is open, the database gets other rows under the same numbers.
    with collector.database.session() as session:
        cell = session.get(Cell, ("web", "dev"))
        assert cell is not None
        cell.tag = "restored"
    stream = hub.open(1)
    assert b"restored" in take(stream, b"row")
    stream.close()
    hub.end()


def test_no_text_can_begin_an_event_of_its_own() -> None:
    written = event("row", "<td>\r\revent: gone\r\ndata: web\n\n\u2028</td>")
    assert written.decode().split("\n") == [
        "event: row",
        "data: <td>",
        "data: event: gone",
        "data: data: web",
        "data: \u2028</td>",
        "",
        "",
    ]
