"""Many builds at once: intents are landed by whoever gets the branch, authenticated, and never left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks import soak
from generator.delivery import bump
from generator.delivery.bump import Bump, Wanted
from generator.delivery.image import Slot
from generator.errors import UsageError
from generator.yaml.kustomization import Image
from testing import command_line, fleet
from testing.builds import hook, late, leave, left, subjects, tag, words
from testing.depth import FULL
from testing.programs import Run, path_with_git, tool
from testing.repository import git
from testing.rivals import shim
from testing.servers import git_http as serve
from testing.templates import Templates
from testing.waiting import PATIENCE, eventually


@pytest.fixture
def generator() -> Run:
    """Return what runs commands in this process, but for those that another one is to interrupt."""
    return command_line.run


@pytest.fixture
def bare(templates: Templates) -> Path:
    path = templates.place / "fleet.git"
    templates.fill("fleet of ten", lambda: fleet.make(path, 10))
    return path


@pytest.fixture
def server(bare: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[serve.Server]:
    for name, value in {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "GIT_USERNAME": serve.USER, "GIT_TOKEN": serve.TOKEN}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with serve.Server(bare.parent) as server:
        yield server


# -- requests


def test_an_uncontended_bump_asks_nine_times(
    server: serve.Server, bare: Path, tmp_path: Path, generator: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = generator(*words(f"{server.url}/fleet.git"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    got, sent, read, wrote = (
        "GET /fleet.git/info/refs?service=git-upload-pack", "POST /fleet.git/git-upload-pack",
        "GET /fleet.git/info/refs?service=git-receive-pack", "POST /fleet.git/git-receive-pack",
    )  # fmt: skip
    assert server.asked == [got, sent, sent, got, sent, read, wrote, got, sent]
    # Nothing to do: the tip, and the file.
    server.asked.clear()
    assert generator(*words(f"{server.url}/fleet.git"), cwd=tmp_path).returncode == 0
    assert server.asked == [got, sent, sent, got, sent]
    # Three images come with as many requests as one.
    server.asked.clear()
    several = ["bump", "app1", "app2", "app3", "--env", "dev", "--env", "prod", "--tag", "v2", "--push"]
    assert generator(*several, "--remote", f"{server.url}/fleet.git", cwd=tmp_path).returncode == 0
    assert len(server.asked) == 9


def test_a_server_without_filters(server: serve.Server, bare: Path, tmp_path: Path, generator: Run) -> None:
    fleet.git(bare, "config", "uploadpack.allowFilter", "false")
    done = generator(*words(f"{server.url}/fleet.git"), cwd=tmp_path)
    assert (done.returncode, tag(bare)) == (0, "v1"), done.stderr
    assert len(server.asked) == 7  # the files came with the tip


def test_what_is_fetched_grows_with_the_path_and_not_with_the_files(
    server: serve.Server, bare: Path, tmp_path: Path, generator: Run
) -> None:
    environment = shim(tmp_path / "bin") | {"STEPS": str(tmp_path / "steps")}
    assert generator(*words(f"{server.url}/fleet.git"), cwd=tmp_path, env=environment).returncode == 0
    steps = (tmp_path / "steps").read_text()
    assert "read-tree" not in steps
    assert "--filter=blob:none" in steps
    assert serve.TOKEN not in steps
    assert len(steps.splitlines()) <= 10


# -- landed by another


def test_a_dead_builds_intent_lands_with_its_author_and_goes(bare: Path, tmp_path: Path, generator: Run) -> None:
    leave(f"file://{bare}", "app2", "v7")
    assert left(bare)
    done = generator(*words(bare), cwd=tmp_path, env=late(bare, tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tag(bare), tag(bare, "app2"), left(bare)) == ("v1", "v7", "")
    assert sorted(subjects(bare)[:2]) == ["Ada: Release app1 v1 to dev", "Bo: Release app2 v7 to dev"]
    assert fleet.git(bare, "log", "--format=%(trailers:key=Release,valueonly)", "main").split("\n\n")[:2]
    changed = fleet.git(bare, "log", "-2", "--format=", "--name-only", "main").splitlines()
    assert sorted(filter(None, changed)) == [fleet.overlay("app1", "dev"), fleet.overlay("app2", "dev")]


@pytest.mark.full
def test_an_intent_is_held_by_a_pin_and_by_a_newer_build_as_its_owner_would_be(
    bare: Path, tmp_path: Path, generator: Run
) -> None:
    work = tmp_path / "work"
    fleet.git(tmp_path, "clone", "-q", str(bare), "work")
    file = work / fleet.overlay("app2", "dev")
    file.write_text(
        file.read_text().replace(
            "namespace:", "metadata:\n  annotations:\n    gitops-generator/pinned: mine\nnamespace:", 1
        )
    )
    git(work, "commit", "-qam", "Pin")
    git(work, "push", "-q")
    leave(f"file://{bare}", "app2", "v7")
    leave(f"file://{bare}", "gone", "v7")  # its app is there no more
    assert generator(*words(bare), cwd=tmp_path, env=late(bare, tmp_path)).returncode == 0
    assert (tag(bare), tag(bare, "app2"), left(bare)) == ("v1", "unreleased", "")


@pytest.mark.full
def test_an_intent_past_its_time_is_nobodys(bare: Path, tmp_path: Path, generator: Run) -> None:
    name = leave(f"file://{bare}", "app2", "v7")
    old = f"{time.time_ns() - int(700e9):020d}-{name.partition('-')[2]}"
    folder = "refs/gitops/intents/main"
    fleet.git(bare, "update-ref", f"{folder}/{old}", f"{folder}/{name}")
    fleet.git(bare, "update-ref", "-d", f"{folder}/{name}")
    assert generator(*words(bare), cwd=tmp_path, env=late(bare, tmp_path)).returncode == 0
    assert (tag(bare), tag(bare, "app2"), left(bare)) == ("v1", "unreleased", "")


REFUSING = {
    "no references of its own": ("update", 'case "$1" in refs/gitops/*) echo not here >&2; exit 1;; esac'),
    "no deletions": ("update", f'test "$3" != {"0" * 40} || {{ echo nothing is deleted >&2; exit 1; }}'),
}


@pytest.mark.thin(2)
@pytest.mark.parametrize(("name", "text"), REFUSING.values(), ids=REFUSING)
def test_a_server_that_takes_no_intents(name: str, text: str, bare: Path, tmp_path: Path, generator: Run) -> None:
    hook(bare, name, text)
    done = generator(*words(bare), cwd=tmp_path, env=late(bare, tmp_path))
    assert (done.returncode, tag(bare)) == (0, "v1"), done.stderr


@pytest.mark.full
def test_a_server_without_atomic_pushes(bare: Path, tmp_path: Path, generator: Run) -> None:
    fleet.git(bare, "config", "receive.advertiseAtomic", "false")
    done = generator(*words(bare), cwd=tmp_path, env=late(bare, tmp_path))
    assert (done.returncode, tag(bare), left(bare)) == (0, "v1", ""), done.stderr
    assert subjects(bare)[:2] == ["Ada: Release app1 v1 to dev", "Rival: Rival"]


def test_a_loser_lands_and_the_rival_stays(bare: Path, tmp_path: Path, generator: Run) -> None:
    done = generator(*words(bare, "app1", "v1", "--output", "json"), cwd=tmp_path, env=late(bare, tmp_path))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["commit"] == fleet.git(bare, "rev-parse", "main")
    assert subjects(bare)[:2] == ["Ada: Release app1 v1 to dev", "Rival: Rival"]
    assert "notes.md" in fleet.git(bare, "ls-tree", "--name-only", "main")
    assert left(bare) == ""


def test_interrupted_while_it_waits_it_takes_its_intent_with_it(
    bare: Path, tmp_path: Path, generator: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / "refs/heads").mkdir(exist_ok=True)
    (bare / "refs/heads/main.lock").touch()  # somebody else is at it, and does not end
    entered = tmp_path / "entered"
    push = f'case " $* " in *" push "*refs/gitops/*) $real "$@"; code=$?; touch {entered}; exit $code;; esac'
    child = subprocess.Popen(
        [sys.executable, "-m", "generator", *map(str, words(bare))],
        cwd=tmp_path, env={**os.environ, "PATH": path_with_git(tmp_path / "bin", push)}, stderr=subprocess.PIPE,
    )  # fmt: skip
    eventually(entered.exists)
    assert left(bare)
    child.terminate()
    _, said = child.communicate(timeout=PATIENCE)
    assert (child.returncode, tag(bare), left(bare)) == (130, "unreleased", ""), said


def test_an_intent_is_the_same_after_a_journey() -> None:
    place = Slot("web", "dev", "overlays/dev/web/kustomization.yaml", "shop/web")
    before = Bump([Wanted(place, Image("shop/web", "v1", None))], lambda: {"sha": "a"}, None, force=True)
    change = bump.decode(before.data())
    assert change.paths == before.paths
    content = b"images:\n- name: shop/web\n  newTag: v0\n"
    assert change.edit(lambda _: content) == before.edit(lambda _: content)
    assert change.message() == before.message()
    for wrong in (
        b"",
        b"{}",
        b"[]",
        before.data().replace(b'"v1"', b'"v 1"'),
        before.data().replace(b"wanted", b"wnated"),
    ):
        with pytest.raises((ValueError, KeyError, TypeError, UsageError)):
            bump.decode(wrong)


# -- the soak, for seconds


@contextmanager
def place(folder: Path, over: str, *, secret: bool = True) -> Iterator[soak.Place]:
    if over == "gitea":
        tool("gitea")  # the test is skipped where it is not installed
    with soak.place(folder / "place", over, secret=secret) as where:
        yield where


MANY = 20 if FULL else 8


@pytest.mark.parametrize(
    ("over", "secret"),
    [
        *(pytest.param(over, True, marks=[] if over == "http" else pytest.mark.full) for over in soak.PLACES),
        pytest.param("http", False, marks=pytest.mark.full),
        pytest.param("gitea", False, marks=pytest.mark.full),
    ],
)
def test_many_at_once_all_land(over: str, secret: bool, tmp_path: Path) -> None:
    with place(tmp_path, over, secret=secret) as where:
        result = soak.contended(where, MANY)
        assert (result.failures, len(result.seconds)) == ([], MANY)
        bare = where.fetch()
        assert fleet.git(bare, "rev-list", "--count", "main") == str(1 + MANY)
        assert {tag(bare, f"app{number}") for number in range(MANY)} == {"v1"}
        assert left(bare) == ""


@pytest.mark.full
@pytest.mark.parametrize("over", ["folder", *(pytest.param(over, marks=pytest.mark.full) for over in soak.PLACES[1:])])
def test_a_short_soak_ends_as_the_oracle_says(over: str, tmp_path: Path) -> None:
    with place(tmp_path, over) as where:
        short = soak.Soak(where, workers=4, seconds=float(os.environ.get("SOAK_SECONDS", "8" if FULL else "3")))
        assert short.run() == []
        assert short.commits
        assert short.rivals
