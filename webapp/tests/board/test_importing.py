"""Import: each change once, in one transaction; a forced push, a spec that cannot be read, a database that is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select

from release_board.sources.collector import Collector
from release_board.sources.importing import GIT, Imported
from release_board.store.models import App, Cell, Event, Source

if TYPE_CHECKING:
    from gitops_repository import GitOps


def events(board: Flask, app: str, environment: str) -> list[tuple[str, str | None]]:
    """Return what was done in a cell, the oldest first."""
    with board.extensions["release_board.database"].session() as session:
        query = select(Event).where(Event.app == app, Event.environment == environment).order_by(Event.id)
        return [(one.action, one.tag) for one in session.scalars(query)]


def cell(board: Flask, app: str, environment: str) -> Cell:
    with board.extensions["release_board.database"].session() as session:
        session.expire_on_commit = False
        found: Cell | None = session.get(Cell, (app, environment))
        assert found is not None
        return found


def test_what_git_has_is_in_the_cells(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "dev", "staging")
    newest = gitops.bump("web", "1.1", "dev")
    assert collector.collect() == Imported(9, ("cart", "web"))
    assert (cell(board, "web", "dev").tag, cell(board, "web", "dev").commit) == ("1.1", newest)
    staging = cell(board, "web", "staging")
    assert (staging.tag, staging.behind, staging.behind_by, staging.author) == ("1.0", "dev", 1, "Ann Lee")
    assert events(board, "web", "dev") == [("generated", "unreleased"), ("released", "1.0"), ("released", "1.1")]


def test_only_what_is_new_is_imported(gitops: GitOps, collector: Collector, board: Flask) -> None:
    collector.collect()
    before = cell(board, "cart", "dev").version
    gitops.bump("web", "1.0", "dev")
    assert collector.collect() == Imported(1, ("web",))
    assert collector.collect() == Imported(0, ())
    assert cell(board, "cart", "dev").version == before < cell(board, "web", "dev").version


def test_a_pin_and_its_reason_are_shown(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "prod")
    gitops.bump("web", "1.1", "prod")
    gitops.roll_back("web", "prod", "loses orders")
    collector.collect()
    found = cell(board, "web", "prod")
    assert (found.tag, found.pin_by, found.pin_reason) == ("1.0", "Ann Lee", "loses orders")
    assert events(board, "web", "prod")[-1] == ("rolled back", "1.0")


def test_after_a_forced_push_only_the_new_history_counts(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "dev")
    kept = gitops.git("rev-parse", "HEAD")
    gitops.bump("web", "1.1-lost", "dev")
    collector.collect()
    gitops.git("reset", "-q", "--hard", kept)
    gitops.bump("web", "1.2", "dev")
    collector.collect()
    assert events(board, "web", "dev") == [("generated", "unreleased"), ("released", "1.0"), ("released", "1.2")]
    assert cell(board, "web", "dev").tag == "1.2"


def test_a_spec_that_cannot_be_read_leaves_what_is_known(gitops: GitOps, collector: Collector, board: Flask) -> None:
    gitops.bump("web", "1.0", "dev")
    collector.collect()
    (gitops.folder / "generator.yaml").write_text("version: 1\nproject: [\n")
    gitops.commit("Break it")
    imported = collector.collect()
    assert imported is not None
    assert "cannot be read" in (imported.problem or "")
    assert cell(board, "web", "dev").tag == "1.0"
    gitops.generate(message="Mend it")
    assert collector.collect() == Imported(0, ())
    with board.extensions["release_board.database"].session() as session:
        source = session.get(Source, GIT)
        assert source is not None
        assert (source.problem, source.cursor) == (None, gitops.git("rev-parse", "HEAD"))


def test_an_app_that_is_gone_is_shown_no_longer(gitops: GitOps, collector: Collector, board: Flask) -> None:
    collector.collect()
    spec = (gitops.folder / "generator.yaml").read_text()
    gitops.generate("\n".join(line for line in spec.splitlines() if "cart" not in line) + "\n", "Remove cart")
    collector.collect()
    with board.extensions["release_board.database"].session() as session:
        assert list(session.scalars(select(App.name))) == ["web"]
        assert set(session.scalars(select(Cell.app))) == {"web"}


@pytest.mark.parametrize("missing", ["file:///nowhere/at/all.git", "--upload-pack=touch"])
def test_a_repository_that_does_not_answer_is_said(missing: str, collector: Collector, board: Flask) -> None:
    from dataclasses import replace

    broken = Collector(collector.database, replace(collector.settings, repository=missing))
    assert broken.collect() is None
    with board.extensions["release_board.database"].session() as session:
        source = session.get(Source, GIT)
        assert source is not None
        assert source.problem
        assert source.heard is None


def test_an_app_is_stored_with_its_folder_and_kind(collector: Collector, board: Flask) -> None:
    collector.collect()
    with board.extensions["release_board.database"].session() as session:
        app = session.get(App, "web")
        assert app is not None
        assert (app.source, app.kind) == ("web", "Deployment")
