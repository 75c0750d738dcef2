"""What others may have pushed to where builds wait: nothing of it is fetched, believed, or waited for for long."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.garbage import FORMS, flood
from generator.delivery import push_queue
from generator.delivery.push_turn import LONGEST_SECONDS, InLine, Together
from generator.git import remote_branch as remotes
from testing import fleet
from testing.builds import late, leave, left, subjects, tag, words
from testing.depth import examples
from testing.programs import Run
from testing.repository import git
from testing.servers import git_http as serve
from testing.templates import Templates

FOLDER = "refs/gitops/intents/main"


@pytest.fixture
def bare(templates: Templates) -> Path:
    path = templates.place / "fleet.git"
    templates.fill("fleet of ten", lambda: fleet.make(path, 10))
    return path


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITOPS_GENERATOR_KEY", "of all builds")


@pytest.fixture
def server(bare: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[serve.Server]:
    """Serve the same repository to every client, so that no token is there to authenticate anything."""
    for name, value in {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    fleet.git(bare, "config", "http.receivepack", "true")
    with serve.Server(bare.parent, token="") as server:
        yield server


def put(bare: Path, content: bytes, *names: str) -> str:
    """Push references, all to one blob."""
    blob = fleet.git(bare, "hash-object", "-w", "--stdin", stdin=content)
    fleet.git(
        bare, "update-ref", "--stdin", stdin="".join(f"create {FOLDER}/{name} {blob}\n" for name in names).encode()
    )
    return blob


def stamp(seconds: float = 0) -> str:
    return f"{time.time_ns() + int(seconds * 1e9):020d}"


DEEP = b"[" * 200_000
FORGED = f"{'a' * 40}-{'b' * 64}"
ODD = {
    "no name of ours": (b"x", ["x", "no-time", "-", "ünicode", "\u2028", "a/b/c", "0" * 20, f"{'9' * 20}-{'0' * 12}x"]),
    "deep JSON": (DEEP, [f"{stamp()}-{FORGED}", f"{stamp()}-{'0' * 12}"]),
    "times from the future, and from long ago": (b"{}", [f"{'9' * 20}-{FORGED}", f"{stamp(1e6)}-{FORGED}", f"{'0' * 20}-{FORGED}"]),
    "no digits of ours": (b"{}", [f"{'٣' * 20}-{FORGED}", f"{'²' * 20}-{'0' * 12}"]),
    "below a name": (b"{}", [f"evil/{stamp()}-{FORGED}"]),
}  # fmt: skip


@pytest.mark.thin(3)
@pytest.mark.slow
@pytest.mark.usefixtures("keyed")
@pytest.mark.parametrize(("content", "names"), ODD.values(), ids=ODD)
def test_what_is_no_intent_is_nothing(
    content: bytes, names: list[str], bare: Path, tmp_path: Path, generator: Run
) -> None:
    put(bare, content, *names)
    leave(f"file://{bare}", "app2", "v7")
    done = generator(*words(f"file://{bare}"), cwd=tmp_path, env=late(bare, tmp_path))
    assert (done.returncode, tag(bare), tag(bare, "app2")) == (0, "v1", "v7"), done.stderr


@pytest.mark.full
@pytest.mark.slow
def test_nothing_of_others_is_fetched(server: serve.Server, bare: Path, tmp_path: Path, generator: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    # Neither while nobody contends, nor where the queue is looked at, with a key or without.
    large = os.urandom(8_000_000)
    put(bare, large, "x", f"{stamp()}-{FORGED}", f"{stamp()}-{'0' * 12}")
    for number, secret in enumerate(("", "of all builds")):
        monkeypatch.setenv("GITOPS_GENERATOR_KEY", secret)
        for more in ({}, late(bare, tmp_path / f"late{number}")):
            server.sent = 0
            image = f"v{number}{len(more)}"
            done = generator(*words(f"{server.url}/fleet.git", "app1", image), cwd=tmp_path, env=more)
            assert (done.returncode, tag(bare)) == (0, image), done.stderr
            assert 0 < server.sent < 100_000


def test_nobody_pays_for_references_before_somebody_contends(
    server: serve.Server, bare: Path, tmp_path: Path, generator: Run
) -> None:
    # A push's own list of references is the only one that has them, and git's, not ours.
    flood(bare, 10_000, FORMS["tickets"])
    assert generator(*words(f"{server.url}/fleet.git"), cwd=tmp_path).returncode == 0
    assert len(server.asked) == 9
    listing = 10_000 * len(f"{'a' * 40} {FOLDER}/{stamp()}-{'0' * 12}....\n")
    assert server.sent < 1.2 * listing


@pytest.mark.full
@pytest.mark.parametrize(("form", "secret"), [("tickets", ""), ("intents", "of all builds"), ("any name", "")])
def test_where_too_many_wait_everybody_just_tries_again(
    form: str,
    secret: str,
    server: serve.Server,
    bare: Path,
    tmp_path: Path,
    generator: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GITOPS_GENERATOR_KEY", secret)
    flood(bare, 40_000, FORMS[form])
    done = generator(*words(f"{server.url}/fleet.git"), cwd=tmp_path, env=late(bare, tmp_path))
    assert (done.returncode, tag(bare)) == (0, "v1"), done.stderr
    assert len(server.asked) < 40
    assert len(left(bare).splitlines()) == 40_000


# -- who may land for whom


@pytest.mark.usefixtures("keyed")
def test_who_does_not_know_the_secret_lands_nothing(
    bare: Path, tmp_path: Path, generator: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITOPS_GENERATOR_KEY", "another")
    leave(f"file://{bare}", "app2", "evil")
    monkeypatch.setenv("GITOPS_GENERATOR_KEY", "of all builds")
    # The name of a true one, for another edit; and for a later time.
    name = leave(f"file://{bare}", "app3", "v7")
    blob = put(bare, json.dumps({"author": "Eve <e@x> 1 +0000", "data": "{}"}).encode(), "evil")
    true = fleet.git(bare, "rev-parse", f"{FOLDER}/{name}")
    fleet.git(bare, "update-ref", f"{FOLDER}/{name}", blob)
    fleet.git(bare, "update-ref", f"{FOLDER}/{stamp()}-{name.partition('-')[2]}", true)
    done = generator(*words(f"file://{bare}"), cwd=tmp_path, env=late(bare, tmp_path))
    assert (done.returncode, tag(bare)) == (0, "v1"), done.stderr
    assert (tag(bare, "app2"), tag(bare, "app3")) == ("unreleased", "unreleased")


@pytest.mark.usefixtures("keyed")
def test_an_intent_is_for_one_repository(bare: Path, tmp_path: Path, generator: Run) -> None:
    name = leave(f"file://{bare}", "app2", "v7")
    other = tmp_path / "other.git"
    fleet.make(other, 10)
    git(tmp_path, f"--git-dir={other}", "fetch", "-q", str(bare), f"+{FOLDER}/*:{FOLDER}/*")
    done = generator(*words(f"file://{other}"), cwd=tmp_path, env=late(other, tmp_path))
    assert (done.returncode, tag(other), tag(other, "app2")) == (0, "v1", "unreleased"), done.stderr
    assert name in left(other)


SPELLINGS = ["https://git.example.com/acme/shop.git", "https://ci@git.example.com/acme/shop/", "HTTPS://git.example.com/Acme/shop"]  # fmt: skip


def test_a_repository_is_known_by_any_of_its_spellings() -> None:
    assert {push_queue._repository(url) for url in SPELLINGS} == {"git.example.com/acme/shop"}
    assert push_queue._repository("git@git.example.com:acme/shop.git") == "git.example.com/acme/shop"
    assert push_queue._repository("https://git.example.com/acme/shop2") not in map(push_queue._repository, SPELLINGS)


@pytest.mark.full
@pytest.mark.usefixtures("keyed")
def test_an_intent_that_has_landed_does_not_land_again(bare: Path, tmp_path: Path, generator: Run) -> None:
    # Whoever can read references can push them again.
    name = leave(f"file://{bare}", "app2", "v7")
    blob = fleet.git(bare, "rev-parse", f"{FOLDER}/{name}")
    assert generator(*words(f"file://{bare}"), cwd=tmp_path, env=late(bare, tmp_path / "1")).returncode == 0
    assert (tag(bare, "app2"), left(bare)) == ("v7", "")
    # Somebody puts back what was there before, without a pin or the number of a build.
    assert generator(*words(f"file://{bare}", "app2", "v6"), cwd=tmp_path).returncode == 0
    fleet.git(bare, "update-ref", f"{FOLDER}/{name}", blob)
    done = generator(*words(f"file://{bare}", "app1", "v2"), cwd=tmp_path, env=late(bare, tmp_path / "2"))
    assert (done.returncode, tag(bare), tag(bare, "app2"), left(bare)) == (0, "v2", "v6", ""), done.stderr
    assert subjects(bare).count("Bo: Release app2 v7 to dev") == 1


def test_a_branch_is_not_taken_for_another_whose_name_ends_alike(bare: Path) -> None:
    wrong = fleet.git(bare, "hash-object", "-w", "--stdin", stdin=b"x")
    for ref in ("refs/a/refs/heads/main", "refs/heads/a/refs/heads/main", f"refs/a/{FOLDER}/{stamp()}-{'0' * 12}"):
        target = fleet.git(bare, "rev-parse", "main") if "heads/a" in ref else wrong
        fleet.git(bare, "update-ref", ref, target)
    with remotes.connect(f"file://{bare}", "main") as remote:
        tip = remote.fetch()
        assert remote.tip() == tip
        assert remote.waiting_now() == (tip, {})
        assert remote.tip("mai") is None


# -- tickets


@pytest.mark.full
def test_without_a_secret_a_late_build_takes_a_ticket_and_brings_it_back(
    server: serve.Server, bare: Path, tmp_path: Path, generator: Run
) -> None:
    environment = late(bare, tmp_path)
    done = generator(*words(f"{server.url}/fleet.git"), cwd=tmp_path, env=environment)
    assert (done.returncode, tag(bare), left(bare)) == (0, "v1", ""), done.stderr
    pushed = [line for line in Path(environment["STEPS"]).read_text().splitlines() if " push " in f" {line} "]
    assert len(pushed) == 3
    assert FOLDER in pushed[1]
    assert "--atomic" in pushed[2]


@pytest.mark.full
def test_a_name_in_the_way_keeps_nobody_out(server: serve.Server, bare: Path, tmp_path: Path, generator: Run) -> None:
    # Where a reference has the folder's name, git can make none below it.
    fleet.git(bare, "update-ref", FOLDER, "main")
    done = generator(*words(f"{server.url}/fleet.git"), cwd=tmp_path, env=late(bare, tmp_path))
    assert (done.returncode, tag(bare)) == (0, "v1"), done.stderr


@pytest.mark.full
def test_hostile_tickets_on_a_branch_that_stands_still_hold_up_nobody_for_long(
    server: serve.Server, bare: Path, tmp_path: Path, generator: Run
) -> None:
    put(bare, b"", *(f"{stamp(-60)}-{number:012x}" for number in range(100)))
    done = generator(*words(f"{server.url}/fleet.git"), cwd=tmp_path, env=late(bare, tmp_path))
    assert (done.returncode, tag(bare), len(left(bare).splitlines())) == (0, "v1", 100), done.stderr


NAMES = st.lists(st.integers(0, 400), max_size=60, unique=True)


@settings(deadline=None, max_examples=examples(200), derandomize=True)
@given(st.lists(st.tuples(NAMES, st.booleans()), min_size=1, max_size=80), st.sampled_from([InLine, Together]))
def test_nobody_waits_for_longer_than_the_limit(looks: list[tuple[list[int], bool]], order: type[InLine | Together]) -> None:  # fmt: skip
    # Whatever stands in line ahead, whether it changes with each look or not, and whether the branch moves.
    turn = order(0.0)
    now, waited, tip = 0.0, 0.0, 0
    while not turn.comes(now):
        ahead, moves = looks[int(now) % len(looks)]
        tip += moves
        turn.seen("1000", [*sorted(f"{name:03}" for name in ahead), "1000"], str(tip), now)
        waited, now = now, now + 0.05 + turn.pause(0.1, now)
    assert waited <= LONGEST_SECONDS


@settings(deadline=None, max_examples=examples(50), derandomize=True)
@given(st.integers(1, 60), st.integers(0, 12))
def test_the_living_land_in_order_and_the_dead_are_passed(count: int, dead: int) -> None:
    # Tickets of builds that were killed are the first ones; one landing takes a third of a second.
    waiting = [f"{number:03}" for number in range(count + dead)]
    turns = {name: InLine(0.0) for name in waiting[dead:]}
    looks = dict.fromkeys(turns, 0.0)
    now, landed = 0.0, []
    while turns:
        now += 0.05
        for name in [name for name, at in looks.items() if at <= now and not turns[name].stays]:
            turns[name].seen(name, waiting, str(len(landed)), now)
            looks[name] = now + turns[name].pause(0.05, now)
        going = [name for name in turns if turns[name].stays]
        if going and now >= 0.33 * (len(landed) + 1):
            landed.append(going[0])
            del turns[going[0]], looks[going[0]]
            waiting.remove(going[0])
    assert sorted(landed) == sorted(set(landed))
    assert now <= 0.33 * count + 30.0
    if not dead:
        assert all(abs(place - int(name)) <= 8 for place, name in enumerate(landed))
