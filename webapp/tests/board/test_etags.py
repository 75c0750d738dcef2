"""Answers with an ETag: who has one is not sent it again, and nothing that has changed is shown as it was."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient

from access_board import SIGNED_IN, board
from release_board.board.kept import Kept, Shared
from release_board.sources.collector import Collector

if TYPE_CHECKING:
    from gitops_repository import GitOps

PATHS = (
    "/",
    "/apps/web",
    "/apps/web/dev",
    "/activity",
    "/activity?app=web",
    "/waiting",
    "/delivery",
    "/delivery/web",
    "/find?q=1.0",
    "/api/board",
    "/api/apps/web",
    "/api/apps/web/dev",
    "/api/apps/web/dev/events",
    "/api/events",
    "/api/find?q=1.0",
    "/api/releases/web",
    "/api/promotions/web/staging",
    "/api/waiting",
    "/api/delivery",
    "/api/delivery/web",
    "/delivery.json",
)


@pytest.fixture
def filled(gitops: GitOps, collector: Collector, pages: FlaskClient) -> FlaskClient:
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    return pages


def known(client: FlaskClient, path: str) -> dict[str, str]:
    """Return the header of who has seen a page."""
    return {"If-None-Match": client.get(path).headers["ETag"]}


def test_sources_are_read_once_for_an_answer(filled: FlaskClient, statements: list[str]) -> None:
    for path in PATHS:
        statements.clear()
        assert filled.get(path).status_code == 200
        assert sum("FROM sources" in one for one in statements) == 1, path


def test_an_answer_that_is_known_is_neither_read_nor_rendered(
    filled: FlaskClient, board: Flask, statements: list[str]
) -> None:
    rendered: list[Any] = []

    def note(*_about: object, **_more: object) -> None:
        rendered.append(1)

    for path in PATHS:
        for _ in range(2):  # The minute may end between two requests, but not twice.
            header = known(filled, path)
            statements.clear()
            with template_rendered.connected_to(note, board):
                answer = filled.get(path, headers=header)
            if answer.status_code == 304:
                break
            rendered.clear()
        assert (path, answer.status_code, answer.data) == (path, 304, b"")
        assert len(statements) == 2
    assert not rendered


def test_what_a_commit_changes_is_shown_at_once(gitops: GitOps, filled: FlaskClient, collector: Collector) -> None:
    headers = {path: known(filled, path) for path in PATHS}
    gitops.bump("web", "1.1", "dev")
    collector.collect()
    for path, header in headers.items():
        assert filled.get(path, headers=header).status_code == 200
    for path in ("/", "/apps/web", "/apps/web/dev", "/activity", "/api/board", "/api/events", "/api/releases/web"):
        assert "1.1" in filled.get(path).text


def test_a_commit_that_changes_no_cell_is_read_up_to(gitops: GitOps, filled: FlaskClient, collector: Collector) -> None:
    header = known(filled, "/apps/web")
    gitops.git("commit", "--allow-empty", "-qm", "Say something")
    collector.collect()
    assert filled.get("/apps/web", headers=header).status_code == 200


def test_an_answer_is_compressed_for_who_takes_that(filled: FlaskClient) -> None:
    plain = filled.get("/api/events")
    small = filled.get("/api/events", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert filled.get("/api/events", headers={"Accept-Encoding": "gzip;q=0"}).data == plain.data


def test_nobody_gets_the_page_of_somebody_else(tmp_path: Path) -> None:
    app = board(tmp_path, **SIGNED_IN)
    home = SIGNED_IN["PUBLIC_URL"]
    seen = {}
    for name in ("Ann", "Ben"):
        client = app.test_client()
        with client.session_transaction(base_url=home) as session:
            session["reader"] = {"sub": name, "name": name, "email": "", "groups": [], "at": 4_000_000_000}
        answer = client.get("/", base_url=home)
        assert f">{name}</a>" in answer.text
        seen[name] = answer.headers["ETag"]
    answer = app.test_client().get("/", base_url=home, headers={"If-None-Match": ", ".join(seen.values())})
    assert answer.status_code == 200
    assert not any(f">{name}</a>" in answer.text for name in seen)


def test_what_many_ask_for_is_made_once() -> None:
    kept: Kept[str] = Kept(3)
    begun, go_on = threading.Event(), threading.Event()
    made: list[str] = []

    def make() -> str:
        begun.set()
        go_on.wait()
        made.append("page")
        return "page"

    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(kept.made("key", make))) for _ in range(5)]
    for thread in threads:
        thread.start()
    begun.wait()
    go_on.set()
    for thread in threads:
        thread.join()
    assert (found, made) == (["page"] * 5, ["page"])


def test_a_failure_is_not_kept_and_there_is_room_for_so_many() -> None:
    kept: Kept[int] = Kept(2)

    def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        kept.made(1, fail)
    assert [kept.made(number, lambda number=number: number) for number in (1, 2, 3)] == [1, 2, 3]  # type: ignore[misc]
    assert [kept.get(number) for number in (1, 2, 3)] == [None, 2, 3]


def test_who_asks_at_one_time_shares_a_reading_that_begins_later() -> None:
    begun, go_on = threading.Semaphore(0), threading.Semaphore(0)
    readings: list[int] = []

    def read() -> int:
        readings.append(len(readings))
        begun.release()
        go_on.acquire()
        return readings[-1]

    shared, found, asked = Shared(read), [], threading.Barrier(4)

    def ask(*, late: bool) -> None:
        if late:
            asked.wait()
        found.append((late, shared.get()))

    first = threading.Thread(target=ask, kwargs={"late": False})
    first.start()
    begun.acquire()
    others = [threading.Thread(target=ask, kwargs={"late": True}) for _ in range(3)]
    for thread in others:
        thread.start()
    asked.wait()
    go_on.release(4)
    for thread in (first, *others):
        thread.join()
    assert (False, 0) in found
    assert min(number for late, number in found if late) > 0


def test_a_reading_that_fails_is_tried_again() -> None:
    answers: list[int | Exception] = [LookupError(), 7]

    def read() -> int:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    shared = Shared(read)
    with pytest.raises(LookupError):
        shared.get()
    assert shared.get() == 7
