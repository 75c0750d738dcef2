"""What the public face reads of a long generated history is what happened in it, entry by entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from generator import Deployment, Repository
from generator.delivery import build_order
from generator.yaml import kustomization
from generator.yaml.kustomization import Kustomization
from testing.programs import Run
from testing.release_history import Change, Failure, Image, Plan, Truth, make
from testing.release_history.rendering import overlay_path
from testing.repository import git

PLAN = Plan(apps=10, days=240, pace=1.0)
DEPLOYED = ("released", "promoted", "rolled back", "edited")


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return make(tmp_path_factory.mktemp("history"), PLAN)


@pytest.fixture(scope="module")
def read(truth: Truth) -> list[Deployment]:
    return Repository.mirror(truth.gitops).deployments()


def told(found: Sequence[Deployment]) -> list[Change]:
    assert not any(one.shallow or one.base for one in found)
    return [
        Change(
            one.app, one.environment, one.seconds, one.author, one.action, one.commit, one.subject,
            _image(one.before.image), _image(one.after.image),
            str(one.before.pin) if one.before.pin else None, str(one.after.pin) if one.after.pin else None,
            one.origin.id, one.build, one.source,
        )
        for one in found
    ]  # fmt: skip


def _image(found: kustomization.Image | None) -> Image | None:
    return Image(found.tag, found.digest) if found else None


@pytest.mark.slow
def test_every_deployment_is_told_as_it_happened(truth: Truth, read: list[Deployment]) -> None:
    assert told(read) == truth.of_present_apps()
    assert truth.tip == Repository.mirror(truth.gitops).tip()
    assert list(Repository.mirror(truth.gitops).spec().apps) == truth.apps
    assert {*Counter(one.action for one in truth.changes)} == {
        *DEPLOYED, "generated", "pinned", "unpinned", "removed",
    }  # fmt: skip
    assert truth.later
    assert truth.removed
    assert truth.open_requests
    heads = git(truth.gitops, "for-each-ref", "--format=%(refname:lstrip=2)", "refs").split()
    assert heads == sorted(["main", *truth.open_requests])


@pytest.mark.slow
def test_what_is_new_since_a_commit_is_the_rest(truth: Truth, read: list[Deployment]) -> None:
    repository = Repository.mirror(truth.gitops)
    commits = git(truth.gitops, "rev-list", "--first-parent", "main").split()
    positions = {commit: number for number, commit in enumerate(commits)}
    for since in commits[1 :: len(commits) // 3]:
        new = [one for one in read if positions[one.commit] < positions[since]]
        assert repository.deployments(since=since) == new
        # An app that has gone since was there by then.
        known = set(repository.spec(at=since).apps)
        then = [one for one in truth.changes if one.app in known and positions[one.commit] >= positions[since]]
        assert told(repository.deployments(at=since)) == then


@pytest.mark.slow
def test_hostile_words_are_told_as_they_are(tmp_path: Path) -> None:
    truth = make(tmp_path, Plan(apps=6, days=120, seed=11, pace=1.5, hostile=True))
    found = Repository.mirror(truth.gitops).deployments()
    assert told(found) == truth.of_present_apps()
    assert any("<" in one.after.image.tag for one in found if one.after.image and one.after.image.tag)
    assert any("onmouseover" in one.author for one in found)


@pytest.mark.slow
def test_files_are_as_the_generator_writes_them(truth: Truth, generator: Run, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", truth.gitops, "clone")
    done = generator("check", cwd=tmp_path / "clone")
    assert done.returncode == 0, done.stderr


@pytest.mark.full
@pytest.mark.slow
def test_overlays_are_as_deliveries_write_them(truth: Truth, read: list[Deployment]) -> None:
    repository = Repository.mirror(truth.gitops)
    some = [one for one in read if one.action in ("released", "promoted")]
    for one in some[:: len(some) // 40]:
        path = overlay_path(one.app, one.environment)
        before = repository.read(f"{one.commit}^", path)
        after = repository.read(one.commit, path)
        assert before
        assert after
        assert one.after.image
        overlay = Kustomization(before, path)
        overlay.set_image(one.after.image)
        overlay.annotate(build_order.ANNOTATION, str(build_order.read(after, path)))
        assert overlay.result() == after


@pytest.mark.slow
def test_failures_follow_from_what_happened(truth: Truth) -> None:
    found = {failure for failure in truth.failures if failure.evidence == "observed"}
    assert found == set(_went_back(truth.changes))
    declared = [failure for failure in truth.failures if failure.evidence == "declared"]
    assert declared
    for failure in declared:
        told_in = git(truth.gitops, "log", "-1", "--format=%(trailers:key=Failure-of,valueonly)", failure.recovered)
        assert f"{failure.app} {failure.environment} {failure.tag}" in told_in.splitlines()


def _went_back(changes: Sequence[Change]) -> Iterator[Failure]:
    """Yield the deployments after which the next one was a rollback, or brought an image that had been there."""
    last: dict[tuple[str, str], Change] = {}
    had: dict[tuple[str, str], set[Image | None]] = {}
    for one in reversed(changes):
        place = (one.app, one.environment)
        if one.action not in DEPLOYED or not one.image_changed:
            continue
        failed = last.get(place)
        if one.action == "rolled back" or one.after in had.get(place, ()):
            assert failed
            assert failed.after
            tag = failed.after.tag or ""
            yield Failure(*place, tag, failed.commit, one.commit, one.seconds - failed.seconds, "observed")
        last[place] = one
        had.setdefault(place, set()).add(one.after)


@pytest.mark.slow
def test_releases_name_the_commits_that_they_bring(truth: Truth) -> None:
    last: dict[str, str] = {}
    compared = 0
    for one in reversed(truth.changes):
        if one.environment == "dev" and one.source:
            assert one.after
            assert truth.built.get((one.app, one.after)) == one.source
            before = last.get(one.app)
            if before and one.action == "released" and compared < 25:
                said = git(truth.sources, "log", "--format=%H", f"{before}..{one.source}", "--", f"services/{one.app}")
                assert said.split() == [commit.id for commit in reversed(truth.brought(one.app, before, one.source))]
                compared += 1
            last[one.app] = one.source
    assert compared == 25


def test_the_same_plan_makes_the_same_commits(tmp_path: Path) -> None:
    plan = Plan(apps=3, days=30, pace=2.0, structure=False)
    one, other = make(tmp_path / "one", plan), make(tmp_path / "other", plan)
    assert one.changes == other.changes
    assert (one.tip, one.commits_of) == (other.tip, other.commits_of)


@pytest.mark.slow
def test_rows_of_some_apps_are_those_of_all(truth: Truth) -> None:
    repository = Repository.mirror(truth.gitops)
    rows = repository.status()
    assert [(row.app, row.environment) for row in rows] == [
        (app, environment) for app in truth.apps for environment in truth.environments
    ]
    some = [truth.apps[4], truth.apps[1]]
    assert repository.status(some) == [row for row in rows if row.app in some]
    assert repository.status([]) == []
    for row in rows:
        last = next(
            one
            for one in truth.changes
            if (one.app, one.environment) == (row.app, row.environment) and one.image_changed
        )
        assert (Image(row.tag, row.digest), row.commit, row.since) == (last.after, last.commit, last.seconds)
