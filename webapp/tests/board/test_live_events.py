"""The stream of events over HTTP: what it sends, how it resumes, how many there may be, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from board_server import Event, Events, Server, serving
from release_board.config import ConfigError, Settings
from release_board.sources.collector import Collector
from release_board.store.models import Change
from waiting import eventually

if TYPE_CHECKING:
    from gitops_repository import GitOps


@pytest.fixture
def server(board_url: str) -> Iterator[Server]:
    with serving(DATABASE_URL=board_url) as running:
        yield running


@pytest.fixture
def embedded(tmp_path: Path) -> str:
    """Return the URL of a database that the server makes."""
    return f"sqlite:///{tmp_path}/data/board.sqlite3"


def summary(data: list[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads("".join(data))
    return found


def rows(events: list[Event]) -> list[str]:
    """Return the apps of rows."""
    return [event.data[0].split('"')[1] for event in events if event.name == "row"]


@pytest.mark.thin(2)
def test_a_change_comes_as_the_rows_of_its_apps(gitops: GitOps, collector: Collector, server: Server) -> None:
    collector.collect()
    with Events(server.port) as events:
        headers = events.answer.headers
        assert headers["Content-Type"].startswith("text/event-stream")
        assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-cache", "no")
        first = events.until("heard")
        assert first[0].retry
        assert "Heard from git" in "".join(first[-1].data)
        gitops.bump("web", "1.0", "dev")
        collector.collect()
        found = events.until("changed")
        assert rows(found) == ["app-web"]
        assert any("1.0" in line for event in found if event.name == "row" for line in event.data)
        assert (found[-1].number, summary(found[-1].data)["apps"]) == (2, ["web"])
        assert [event.number for event in found[:-1] if event.number is not None] == []


@pytest.mark.full
def test_it_resumes_behind_the_last_event(gitops: GitOps, collector: Collector, server: Server) -> None:
    collector.collect()
    with Events(server.port, "/events?after=0") as events:
        everything = events.until("changed")
        assert rows(everything) == ["app-cart", "app-web"]
    for tag in ("1.0", "1.1"):
        gitops.bump("web", tag, "dev")
        collector.collect()
    with Events(server.port, "/events?after=0", last=everything[-1].number) as resumed:
        found = resumed.until("changed")
        while found[-1].number != 3:
            found += resumed.until("changed")
        assert set(rows(found)) == {"app-web"}
        assert any("1.1" in line for line in [event for event in found if event.name == "row"][-1].data)


@pytest.mark.full
def test_it_resumes_after_a_restart(gitops: GitOps, collector: Collector, board_url: str) -> None:
    collector.collect()
    with serving(DATABASE_URL=board_url) as first, Events(first.port, "/events?after=0") as events:
        last, port = events.until("changed")[-1].number, first.port
    gitops.bump("cart", "2.0", "dev")
    collector.collect()
    with serving(at=port, DATABASE_URL=board_url) as second, Events(second.port, last=last) as events:
        assert rows(events.until("changed")) == ["app-cart"]


@pytest.mark.full
def test_an_app_that_is_gone_is_named(gitops: GitOps, collector: Collector, server: Server) -> None:
    collector.collect()
    spec = (gitops.folder / "generator.yaml").read_text()
    gitops.generate("\n".join(line for line in spec.splitlines() if "cart" not in line) + "\n", "Remove cart")
    collector.collect()
    with Events(server.port, last=1) as events:
        assert [event.data for event in events.until("changed") if event.name == "gone"] == [["cart"]]


@pytest.mark.full
@pytest.mark.parametrize("last", [0, 999_999])
def test_a_number_that_is_unknown_or_too_old_reloads(last: int, collector: Collector, server: Server) -> None:
    with collector.database.session() as session:
        session.add_all(Change(id=number, at=1, apps="web") for number in (5, 6))
    with Events(server.port, last=last) as events:
        found = events.until("reload", "changed")[-1]
        assert (found.name, found.number) == ("reload", 6)


@pytest.mark.full
def test_a_change_of_many_apps_reloads(collector: Collector, server: Server) -> None:
    with collector.database.session() as session:
        session.add(Change(id=1, at=1, apps="web"))
        session.add(Change(id=2, at=1, apps=" ".join(f"app-{number}" for number in range(200))))
    with Events(server.port, last=1) as events:
        assert events.until("reload", "changed")[-1].name == "reload"


@pytest.mark.full
def test_a_silent_stream_has_a_heartbeat_and_is_not_cut(embedded: str) -> None:
    with (
        serving(DATABASE_URL=embedded, HEARTBEAT_SECONDS="1", REQUEST_SECONDS="1") as server,
        Events(server.port) as events,
    ):
        found = [events.next() for _ in range(6)]
        assert sum(event is not None and not event.name and event.retry is None for event in found) >= 3


@pytest.mark.full
def test_its_time_ends_it_and_says_when_to_come_back(embedded: str) -> None:
    with (
        serving(DATABASE_URL=embedded, HEARTBEAT_SECONDS="1", STREAM_SECONDS="1") as server,
        Events(server.port) as events,
    ):
        last = events.rest()[-1]
        assert last.retry is not None
        assert 500 <= last.retry <= 4000


@pytest.mark.full
def test_beyond_the_cap_a_client_is_told_when_to_ask_again(embedded: str) -> None:
    def there_is_room(port: int) -> bool:
        with Events(port) as events:
            return events.answer.status == 200

    with serving(DATABASE_URL=embedded, STREAMS="1", HEARTBEAT_SECONDS="1") as server:
        with Events(server.port) as first:
            first.next()
            with Events(server.port) as second:
                assert (second.answer.status, second.answer.headers["Retry-After"]) == (503, "10")
                assert second.answer.headers["Content-Type"] == "application/problem+json"
        # A client that has gone is noticed at the next heartbeats.
        assert eventually(lambda: there_is_room(server.port))


@pytest.mark.full
def test_a_sigterm_ends_streams_politely(embedded: str) -> None:
    with serving(DATABASE_URL=embedded) as server, Events(server.port) as events:
        events.next()
        code, output = server.stop()
        assert events.rest()[-1].retry is not None
    assert code == 0
    assert b"Traceback" not in output


def test_a_heartbeat_that_is_too_slow_is_refused() -> None:
    with pytest.raises(ConfigError, match="HEARTBEAT_SECONDS is 26; use at most 25"):
        Settings.from_environment({"HEARTBEAT_SECONDS": "26"})
