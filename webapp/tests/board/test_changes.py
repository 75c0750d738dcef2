"""The numbers of changes: in order, and not kept for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from release_board.config import parse_database_url
from release_board.live import batch
from release_board.sources.collector import Collector
from release_board.store import changes
from release_board.store.database import Database
from release_board.store.models import Change

if TYPE_CHECKING:
    from gitops_repository import GitOps
    from postgresql_server import PostgresqlServer

NOW = 2_000_000_000


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep three, for a hundred seconds."""
    monkeypatch.setattr(changes, "MOST", 3)
    monkeypatch.setattr(changes, "SECONDS", 100)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    ("ages", "left"),
    [((50, 40, 30, 20, 10), [3, 4, 5]), ((500, 400, 30, 10), [3, 4]), ((500, 400), [2]), ((), [])],
    ids=["too many", "too old", "the newest stays", "none"],
)
def test_old_changes_go(ages: tuple[int, ...], left: list[int], board: Flask) -> None:
    database: Database = board.extensions["release_board.database"]
    with database.session() as session:
        session.add_all(Change(id=number, at=NOW - age, apps="web") for number, age in enumerate(ages, 1))
        changes.prune(session, NOW)
        assert list(session.scalars(select(Change.id).order_by(Change.id))) == left
        assert changes.note(session, ["web"], NOW) == len(ages) + 1 or database.is_postgresql


@pytest.mark.usefixtures("short")
def test_who_was_away_for_longer_loads_again(collector: Collector, board: Flask) -> None:
    with board.test_request_context(), collector.database.session() as session:
        session.add_all(Change(id=number, at=NOW, apps="web") for number in range(1, 8))
        changes.prune(session, NOW)
        told = {after: batch.read(session, after) for after in (1, 3, 4, 6, 7)}
    words = {after: found and found.text.rsplit(b"event: ", 1)[1].split()[0] for after, found in told.items()}
    assert words == {1: b"reload", 3: b"reload", 4: b"changed", 6: b"changed", 7: None}
    assert all(found is None or found.to == 7 for found in told.values())


@pytest.mark.usefixtures("short")
def test_the_collector_prunes(gitops: GitOps, collector: Collector) -> None:
    for number in range(5):
        gitops.bump("web", f"1.{number}", "dev")
        collector.collect()
    with collector.database.session() as session:
        assert len(session.scalars(select(Change.id)).all()) <= changes.MOST + 1


def test_a_number_is_taken_only_when_all_below_are_there(board_template: PostgresqlServer) -> None:
    board_template.create("numbers", "template_board")
    database = Database(parse_database_url(board_template.url("numbers")))
    with database.session() as first, database.session() as second:
        changes.note(first, ["web"], NOW)
        second.execute(text("SET LOCAL lock_timeout = '1ms'"))
        with pytest.raises(OperationalError):
            changes.note(second, ["web"], NOW)
        second.rollback()
    database.engine.dispose()
