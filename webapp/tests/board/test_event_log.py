"""The log of events, in SQL and in DynamoDB: the same contract, and what only a table in AWS can do wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from testing import depth

from release_board import create_app
from release_board.config import Settings
from release_board.sources.collector import Collector
from release_board.sources.importing import Imported
from release_board.store.event_log import EventLog, LogUnavailable, Span, open_log
from release_board.store.models import Event
from table_proxy import REGION, Proxy, make_table

if TYPE_CHECKING:
    from gitops_repository import GitOps

ALL = Span()
WEBAPP = Path(__file__).parents[2]


@pytest.fixture
def proxy(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with Proxy(aws) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy


@pytest.fixture
def table(aws: str) -> str:
    name = f"events-{uuid.uuid4().hex}"
    make_table(aws, name)
    return name


@pytest.fixture(params=["sql", "dynamodb"])
def settings(request: pytest.FixtureRequest, board_settings: Settings) -> Settings:
    """Return the settings of a board with its log in SQL, or in a table."""
    if request.param == "sql":
        return board_settings
    return replace(board_settings, events_table=request.getfixturevalue("table"))


@pytest.fixture
def stored(board_settings: Settings, table: str) -> Settings:
    """Return the settings of a board with its log in a table."""
    return replace(board_settings, events_table=table)


@contextmanager
def opened(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    app.extensions["release_board.database"].engine.dispose()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with opened(settings) as app:
        yield app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.extensions["release_board.database"].session() as session:
        yield session


@pytest.fixture
def log(settings: Settings) -> EventLog:
    return open_log(settings)


def event(number: int, at: int, environment: str = "prod", **columns: Any) -> dict[str, Any]:
    """Return the columns of an event as the import has them."""
    text = dict.fromkeys(("tag", "digest", "before_tag", "before_digest", "pin", "before_pin", "reason", "build"))
    plain = {"author": "Ann", "origin_author": "Ann", "subject": "", "message": "Größe\n" * 9, "action": "released"}
    about = {"build_number": None, "source": None, "base": False, "image_changed": True, "origin": "0" * 40}
    key = {"app": "web", "environment": environment, "commit": f"{number:040x}", "at": at}
    return {**text, **plain, **about, **key, **columns}


def commits(found: list[Event]) -> list[int]:
    return [int(one.commit, 16) for one in found]


def cell(log: EventLog, session: Session, span: Span = ALL, limit: int = 100) -> list[int]:
    return commits(log.of_cell(session, "web", "prod", span, limit))


def test_an_event_is_there_once_however_often_it_is_added(log: EventLog, session: Session) -> None:
    first = [event(1, 100, tag="1.0"), event(2, 200, tag=None)]
    log.add(session, first)
    log.add(session, [*first, event(3, 300)])
    log.add(session, [event(1, 100, tag="another")])
    assert cell(log, session) == [3, 2, 1]
    oldest = log.of_cell(session, "web", "prod", Span(), 3)[-1]
    assert (oldest.tag, oldest.message, oldest.image_changed, oldest.running) == ("1.0", "Größe\n" * 9, True, None)
    assert session.scalar(select(func.count()).select_from(Event)) == 3


def test_a_cell_and_a_time_are_read_newest_first(log: EventLog, session: Session) -> None:
    log.add(session, [event(number, number * 100) for number in range(1, 9)])
    log.add(session, [event(9, 450, "dev"), event(10, 450, app="web2")])
    assert cell(log, session, limit=3) == [8, 7, 6]
    assert cell(log, session, Span(since=300, until=600)) == [5, 4, 3]
    assert cell(log, session, Span(since=10**17)) == cell(log, session, Span(until=0)) == []
    assert log.of_cell(session, "web", "nowhere", Span(), 5) == []


def test_pages_lose_and_repeat_nothing_even_within_a_second(log: EventLog, session: Session) -> None:
    # Their commits are in another order than they came in.
    number_of_events = 100 if depth.FULL else 50
    log.add(session, [event(900 - number, 100 + number // 40) for number in range(number_of_events)])
    found: list[Event] = []
    while page := log.of_cell(session, "web", "prod", Span(before=place(found)), 7):
        found += page
    assert commits(found) == [900 - number for number in reversed(range(number_of_events))]


def place(found: list[Event]) -> tuple[int, int] | None:
    return (found[-1].at, found[-1].id) if found else None


def test_the_first_sight_of_an_image_counts(log: EventLog, session: Session) -> None:
    log.add(session, [event(1, 100)])
    for seen in (150, 160):
        log.ran(session.scalars(select(Event)).one(), seen)
    assert [one.running for one in log.of_cell(session, "web", "prod", Span(), 1)] == [150]


def test_what_the_branch_no_longer_has_goes(log: EventLog, session: Session) -> None:
    log.add(session, [event(number, number) for number in range(1, 61)])
    log.keep(session, [("web", "prod", f"{number:040x}") for number in range(58, 70)])
    assert cell(log, session) == [60, 59, 58]
    assert session.scalar(select(func.count()).select_from(Event)) == 3


def test_pages_and_api_show_the_same_from_either(app: Flask, settings: Settings, gitops: GitOps) -> None:
    gitops.bump_often("web", [f"1.{number}" for number in range(25)], "prod")
    collector = Collector(app.extensions["release_board.database"], settings)
    collector.collect()
    pages = app.test_client()
    answer = pages.get("/api/apps/web/prod/events").get_json()
    rest = pages.get(answer["next"]).get_json()
    tags = [one["tag"] for one in answer["events"] + rest["events"]]
    assert (tags, rest["next"]) == ([*(f"1.{number}" for number in reversed(range(25))), "unreleased"], None)
    assert ">1.24<" in pages.get("/apps/web/prod").text
    future = pages.get("/api/apps/web/prod/events?since=2999-01-01").get_json()
    assert future == {"events": [], "next": None}
    assert pages.get("/api/apps/web/prod/events?until=soon").status_code == 400


def test_a_new_database_gets_from_the_table_what_git_does_not_have(
    stored: Settings, gitops: GitOps, tmp_path: Path
) -> None:
    gitops.bump("web", "1.0", "prod")
    with opened(stored) as app:
        database = app.extensions["release_board.database"]
        collector = Collector(database, stored)
        collector.collect()
        with database.session() as session:
            for one in session.scalars(select(Event).where(Event.tag == "1.0")):
                collector.log.ran(one, 2_000_000_000)
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    anew = replace(stored, database_url=Settings.from_environment({"DATABASE_URL": url}).database_url)
    with opened(anew) as app:
        app.test_cli_runner().invoke(args=["migrate"])
        Collector(app.extensions["release_board.database"], anew).collect()
        with app.extensions["release_board.database"].session() as session:
            assert list(session.scalars(select(Event.running).where(Event.tag == "1.0"))) == [2_000_000_000]


def test_a_table_that_is_named_later_gets_all(board: Flask, stored: Settings, gitops: GitOps) -> None:
    gitops.bump("web", "1.0", "prod")
    database = board.extensions["release_board.database"]
    Collector(database, replace(stored, events_table=None)).collect()
    later = Collector(database, stored)
    later.collect()
    with database.session() as session:
        assert [one.tag for one in later.log.of_cell(session, "web", "prod", Span(), 9)] == ["1.0", "unreleased"]
    assert later.collect() == Imported(0, ())


def run(settings: Settings, proxy: Proxy) -> subprocess.Popen[bytes]:
    given = {
        "DATABASE_URL": settings.database_url.render_as_string(hide_password=False),
        "BOARD_REPOSITORY": settings.repository or "",
        "MIRROR_FOLDER": str(settings.mirror),
        "EVENTS_TABLE": settings.events_table or "",
    }
    command = [sys.executable, "-m", "release_board", "collect", "--once"]
    process = subprocess.Popen(command, cwd=WEBAPP, env=os.environ | given, stdout=subprocess.DEVNULL)
    proxy.victim = process.pid
    return process


# Other runs kill a collector in test_resilience.
@pytest.mark.full
@pytest.mark.parametrize("kill_at", [1, 2, 8])
def test_a_collector_that_is_killed_between_writes_converges(
    kill_at: int, stored: Settings, proxy: Proxy, gitops: GitOps, aws: str
) -> None:
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    proxy.kill_at = kill_at
    assert run(stored, proxy).wait() == -9
    with opened(stored) as app:
        database = app.extensions["release_board.database"]
        with database.session() as session:
            assert session.scalar(select(func.count()).select_from(Event)) == 0
        proxy.victim = None
        Collector(database, stored).collect()
        with database.session() as session:
            there = session.execute(select(Event.app, Event.environment, Event.commit)).all()
    items = boto3.client("dynamodb", endpoint_url=aws, region_name=REGION).scan(TableName=stored.events_table)["Items"]
    assert len(there) == len(items) == 9
    assert {(one["app"]["S"], one["environment"]["S"], one["commit"]["S"]) for one in items} == {
        tuple(a) for a in there
    }


def test_what_is_throttled_is_asked_for_again(stored: Settings, proxy: Proxy, board: Flask, gitops: GitOps) -> None:
    proxy.throttled = 3
    assert Collector(board.extensions["release_board.database"], stored).collect() == Imported(6, ("cart", "web"))
    # Six cells are asked for what they have, and six events written. Nothing is scanned.
    assert set(proxy.counts) == {"Query", "PutItem"}
    assert proxy.counts.total() == 6 + 6 + 3


def test_a_table_that_does_not_answer_is_said_and_nothing_is_lost(stored: Settings, gitops: GitOps, aws: str) -> None:
    missing = replace(stored, events_table="nothing")
    with opened(missing) as app:
        database = app.extensions["release_board.database"]
        collector = Collector(database, missing)
        assert collector.collect() is None
        assert "ResourceNotFoundException" in (collector.problem or "")
        make_table(aws, "nothing")
        assert collector.collect() == Imported(6, ("cart", "web"))
        pages = app.test_client()
        boto3.client("dynamodb", endpoint_url=aws, region_name=REGION).delete_table(TableName="nothing")
        # The present is in SQL.
        assert pages.get("/").status_code == 200
        answer = pages.get("/api/apps/web/prod/events")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "log of events" in answer.get_json()["detail"]
        with database.session() as session, pytest.raises(LogUnavailable):
            collector.log.of_cell(session, "web", "prod", Span(), 1)
