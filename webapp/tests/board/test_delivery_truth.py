"""Metrics of a generated history are what happened in it: every deployment, failure, recovery and commit."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from testing import depth
from testing.release_history import Change, Plan, Truth, make

if TYPE_CHECKING:
    from release_board.metrics import History, Report

DEPLOYED = ("released", "promoted", "rolled back", "edited")
ENVIRONMENTS = ("dev", "staging", "prod")


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def joined(truth: Truth, folder: Path) -> Path:
    """Return a repository in which the sources' branch is merged, and whose spec names each app's folder there."""
    bare, tree = folder / "joined.git", folder / "joined"
    git(folder, "clone", "-q", "--bare", str(truth.gitops), str(bare))
    git(bare, "fetch", "-q", str(truth.sources), "refs/heads/main:refs/heads/sources")
    named = ["-c", "user.name=Ann Lee", "-c", "user.email=ann@example.com"]
    git(
        bare,
        "update-ref",
        "refs/heads/main",
        git(bare, *named, "commit-tree", "main^{tree}", "-p", "main", "-p", "sources", "-m", "Bring the sources"),
    )
    git(folder, "clone", "-q", str(bare), str(tree))
    for spec in (tree / "generator.yaml", *(tree / "teams").glob("*.yaml")):
        text = re.sub(r"^( +)image: shop/(.*)$", r"\g<0>\n\1source: services/\2", spec.read_text(), flags=re.MULTILINE)
        spec.write_text(text)
    git(tree, *named, "commit", "-qam", "Name the sources")
    git(tree, "push", "-q", "origin", "HEAD:main")
    for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(bare, "config", name, "true")
    return bare


class Told(NamedTuple):
    """A history, and what the board's tables have of it."""

    truth: Truth
    histories: Mapping[str, History]


@pytest.fixture(scope="module", params=depth.some([2, 4]))
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    from release_board.board.deliveries import histories
    from release_board.config import Settings
    from release_board.sources.collector import Collector
    from release_board.store.database import Database
    from release_board.store.migration import migrate

    folder = tmp_path_factory.mktemp("history")
    truth = make(folder / "made", Plan(apps=6, days=120, pace=2.0, seed=request.param))
    settings = Settings.from_environment(
        {
            "DATABASE_URL": f"sqlite:///{folder / 'board.sqlite3'}",
            "BOARD_REPOSITORY": joined(truth, folder).as_uri(),
            "PRODUCTION": ",".join(ENVIRONMENTS),
            "MIRROR_FOLDER": str(folder / "mirror.git"),
        }
    )
    database = Database(settings.database_url)
    migrate(database)
    collector = Collector(database, settings)
    assert collector.collect(), collector.problem
    while collector.has_more:
        collector.read_sources()
    with database.session() as session:
        return Told(truth, histories(session, list(truth.apps), incident_tool=False))


def deployments(truth: Truth, app: str, environment: str) -> list[Change]:
    """Return the deployments that there were, the oldest first."""
    every = [one for one in reversed(truth.changes) if (one.app, one.environment) == (app, environment)]
    return [one for one in every if one.image_changed and one.action in DEPLOYED]


def report(told: Told, app: str, environment: str) -> Report:
    from release_board.metrics import Window, measure

    return measure(told.histories[app], app, [environment], Window(0, 2**33))


def lead_times(truth: Truth, app: str, several: Sequence[Change]) -> list[int]:
    """Return the lead times of all commits that came, each the first time."""
    found: list[int] = []
    came: set[str] = set()
    for one in several:
        before = truth.built.get((app, one.before)) if one.before else None
        after = truth.built.get((app, one.after)) if one.after else None
        if before is None or after is None or one.action == "rolled back":
            continue
        fresh = [commit for commit in truth.brought(app, before, after) if commit.id not in came]
        came |= {commit.id for commit in fresh}
        found += [one.seconds - commit.seconds for commit in fresh]
    return sorted(found)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_deployment_is_counted(told: Told, environment: str) -> None:
    for app in told.truth.apps:
        found = report(told, app, environment).frequency
        assert {key.commit for key in found.evidence} == {
            one.commit for one in deployments(told.truth, app, environment)
        }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_failure_that_shows_is_counted_with_its_recovery(told: Told, environment: str) -> None:
    for app in told.truth.apps:
        found = report(told, app, environment)
        failures = [one for one in told.truth.failures if (one.app, one.environment) == (app, environment)]
        for evidence, keys in (("observed", found.fail_rate.observed), ("declared", found.fail_rate.declared)):
            assert {key.commit for key in keys} == {one.failed for one in failures if one.evidence == evidence}, app
        assert {(one.key.commit, one.seconds) for one in found.recovery_time.points} == {
            (one.failed, one.seconds) for one in failures if one.evidence != "none"
        }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_commit_has_its_lead_time(told: Told, environment: str) -> None:
    number = 0
    for app in told.truth.apps:
        found = report(told, app, environment).lead_time
        wanted = lead_times(told.truth, app, deployments(told.truth, app, environment))
        assert sorted(one.seconds for one in found.points) == wanted, app
        number += len(wanted)
    assert number > 20


def test_the_history_has_all_kinds(told: Told) -> None:
    assert {one.evidence for one in told.truth.failures} >= {"observed", "declared"}
    assert any(one.action == "rolled back" for one in told.truth.changes)
