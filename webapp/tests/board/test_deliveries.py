"""Delivery metrics of what a real repository and the tables have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from release_board.board.deliveries import history
from release_board.metrics import History, Report, Window, measure
from release_board.sources.collector import Collector
from release_board.store.models import Declaration, Incident, SourceCommit, SourceRange

if TYPE_CHECKING:
    from gitops_repository import GitOps

DAY = 86_400


def put(board: Flask, *rows: object) -> None:
    with board.extensions["release_board.database"].session() as session:
        session.add_all(rows)


def read(board: Flask, *, incident_tool: bool = False) -> History:
    with board.extensions["release_board.database"].session() as session:
        return history(session, "web", incident_tool=incident_tool)


def measured(known: History) -> Report:
    times = [change.landed for change in known.changes]
    return measure(known, "web", ["prod"], Window(min(times) - DAY, max(times) + DAY))


def test_a_rollback_in_git_is_a_failed_deployment(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "prod")
    gitops.bump("web", "1.1", "prod")
    gitops.roll_back("web", "prod", "loses orders")
    collector.collect()
    collector.collect()
    report = measured(read(board))
    assert (report.frequency.n, report.fail_rate.n, report.fail_rate.counted) == (3, 3, 1)
    assert report.rework_rate.value == 1 / 3
    assert report.fail_rate.at_least
    assert not measured(read(board, incident_tool=True)).fail_rate.at_least


def test_declarations_incidents_and_commits_come_from_the_tables(
    gitops: GitOps, collector: Collector, board: Flask, statements: list[str]
) -> None:
    for tag in ("1.0", "1.1", "1.2"):
        gitops.bump("web", tag, "prod")
    collector.collect()
    found = {change.tag: change for change in read(board).changes if change.environment == "prod"}
    first, last = found["1.1"], found["1.2"]
    put(
        board,
        Declaration(
            kind="hotfix", app="web", environment="prod", commit=last.commit, at=last.landed, by="ann", reason="orders"
        ),
        Incident(key="7", app="web", environment="prod", commit=first.commit, opened=first.landed, title="Orders"),
        SourceRange(app="web", before="a", after="b"),
        SourceCommit(
            app="web", before="a", after="b", commit="b", seconds=last.landed - 60, author="Ann", subject="Faster"
        ),
        SourceRange(app="web", before="b", after="c", unknown="it cannot be read"),
    )
    statements.clear()
    known = read(board)
    assert len(statements) == 5
    report = measured(known)
    assert report.fail_rate.declared == (first.key,)
    assert report.rework_rate.declared == (last.key,)
    assert report.recovery_time.evidence == (first.key,)
    assert {(log.source, len(log.commits), log.unknown) for log in known.logs} >= {
        ("b", 1, None),
        ("c", 0, "it cannot be read"),
    }
