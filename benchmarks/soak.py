"""``python -m benchmarks.soak``: many builds push to one branch, and nothing may be lost.

First fifty builds at once, each of an app of its own: beside the same fifty
with a branch each (nothing contends), and beside the usual recipes. Then
workers for minutes, while a rival commits every two seconds and a person
edits the same files by hand; in the end the tree must equal an oracle's.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.measure import ROOT, table
from testing import fleet
from testing.servers import git_http as serve

APPS: Final = 100
RIVAL_SECONDS: Final = 2.0
LIMIT_SECONDS: Final = 300
_EDIT: Final = 'sed -i "s/newTag: .*/newTag: $TAG/" "$FILE" && git commit -qam "$TAG"'
_START: Final = 'set -e; d=$(mktemp -d -p "$HOME"); trap "rm -rf $d" EXIT; cd "$d"; '
RECIPES: Final = {
    "clone, edit, push": f'{_START} git clone -q "$URL" w; cd w; {_EDIT}; git push -q',
    "clone, rebase, 3 tries": f'{_START} git clone -q "$URL" w; cd w; {_EDIT}; n=0;'
    " until git push -q; do n=$((n+1)); [ $n -lt 3 ]; git pull -q --rebase; done",
    "clone, rebase, jitter, 20 tries": f'{_START} git clone -q "$URL" w; cd w; {_EDIT}; n=0;'
    " until git push -q; do n=$((n+1)); [ $n -lt 20 ]; sleep 0.$(($(od -An -N1 -tu1 /dev/urandom) % 90 + 10));"
    " git pull -q --rebase; done",
    "re-apply with plumbing, 100 tries": f"""{_START} git init -q --bare w; cd w
git config remote.o.url "$URL"; git config gc.auto 0; n=0
while :; do
  git fetch -q --depth=1 --filter=blob:none --no-tags o +refs/heads/main:refs/tip
  git cat-file blob "refs/tip:$FILE" | sed "s/newTag: .*/newTag: $TAG/" >f
  git read-tree refs/tip; git update-index --cacheinfo "100644,$(git hash-object -w f),$FILE"
  c=$(git commit-tree "$(git write-tree --missing-ok)" -p refs/tip -m "$TAG")
  git push -q o "$c:refs/heads/main" && break; n=$((n+1)); [ $n -lt 100 ]
  sleep 0.$(($(od -An -N1 -tu1 /dev/urandom) % 90 + 10))
done""",
}
PLACES: Final = ("folder", "http", "gitea")
OURS, APART = "bump --push", "bump --push, a branch each"


@dataclass
class Place:
    """A repository and how builds reach it. ``bare`` is it or its mirror (see ``fetch``); people use ``own_url``."""

    bare: Path
    url: str
    environment: dict[str, str]
    own_url: str = ""

    def fetch(self) -> Path:
        """Return ``bare``, as the repository is now."""
        if self.own_url:
            fleet.git(self.bare, "fetch", "-q", "--prune", self.own_url, "+refs/*:refs/*")
        return self.bare


@dataclass
class Result:
    """What came of some builds: seconds of each that succeeded, and what the others said."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    wall: float = 0.0

    def percentile(self, share: float) -> float:
        """Return seconds within which this share of the builds was done."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))] if self.seconds else 0.0


@contextmanager
def place(folder: Path, over: str, *, secret: bool = True) -> Iterator[Place]:
    """Yield a repository of ``APPS`` apps: a ``folder``, behind smart ``http``, or in a ``gitea`` of its own.

    Without a ``secret``, builds know no token, and git logs in by its helper.
    """
    folder.mkdir(parents=True)
    bare, home = folder / "fleet.git", folder / "home"
    fleet.make(bare, APPS)
    home.mkdir()
    with _served(folder, over) as (url, user, token, own_url):
        config = home / ".gitconfig"
        config.write_text(
            "[user]\n\tname = Ada\n\temail = ada@example.com\n[credential]\n"
            f'\thelper = "!f() {{ echo username={user}; echo password={token}; }}; f"\n'
        )
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
            "HOME": str(home), "GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": str(ROOT),
            "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "URL": url,
            **({"GIT_USERNAME": user, "GIT_TOKEN": token} if secret else {}),
        }  # fmt: skip
        if own_url:
            fleet.git(bare, "push", "-q", own_url, "main")
        yield Place(bare, url, environment, own_url)


@contextmanager
def _served(folder: Path, over: str) -> Iterator[tuple[str, str, str, str]]:
    """Return URL, user and token for builds; and the URL of another repository than the folder's own, for users."""
    if over == "gitea":
        from testing.servers.gitea import ADMINISTRATOR, started

        with started() as rig:
            rig.call("POST", "/orgs/acme/repos", {"name": "fleet", "private": True, "default_branch": "main"})
            yield f"{rig.url}/acme/fleet.git", ADMINISTRATOR, rig.token, rig.push_url("acme/fleet")
        return
    with serve.Server(folder) as server:
        url = f"{server.url}/fleet.git" if over == "http" else f"file://{folder / 'fleet.git'}"
        yield url, serve.USER, serve.TOKEN, ""


def bump(
    where: Place, app: str, tag: str, *more: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one build's bump, as a process of its own, in an empty folder."""
    words = [
        "-C",
        where.environment["HOME"],
        "bump",
        app,
        "--env",
        "dev",
        "--tag",
        tag,
        "--push",
        "--remote",
        where.url,
    ]
    return subprocess.run(
        [sys.executable, "-m", "generator", *words, *more],
        env={**where.environment, **(environment or {})}, capture_output=True, text=True, timeout=LIMIT_SECONDS,
        check=False,
    )  # fmt: skip


def at_once(count: int, one: Callable[[int], subprocess.CompletedProcess[str]]) -> Result:
    """Start ``count`` builds together."""
    result = Result()
    start = threading.Barrier(count + 1)

    def build(number: int) -> None:
        start.wait()
        began = time.perf_counter()
        done = one(number)
        if done.returncode:
            result.failures.append(f"{number}: {done.stderr.strip()[-400:]}")
        else:
            result.seconds.append(time.perf_counter() - began)

    threads = [threading.Thread(target=build, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    result.wall = time.perf_counter() - began
    return result


def contended(where: Place, count: int) -> Result:
    """Push all to ``main``; a build that says that it landed and did not is a failure."""
    result = at_once(count, lambda number: bump(where, f"app{number}", "v1"))
    return _checked(where, count, result, "v1")


def apart(where: Place, count: int) -> Result:
    """Push the same builds, to a branch each."""
    for number in range(count):
        fleet.git(where.bare, "branch", f"b{number}", "main")
    if where.own_url:
        fleet.git(where.bare, "push", "-q", where.own_url, "refs/heads/b*:refs/heads/b*")
    return at_once(count, lambda number: bump(where, f"app{number}", "v1", "--branch", f"b{number}"))


def recipe(where: Place, count: int, text: str) -> Result:
    """Run a recipe of the kind that tutorials have."""

    def one(number: int) -> subprocess.CompletedProcess[str]:
        environment = where.environment | {"TAG": "v1", "FILE": fleet.overlay(f"app{number}", "dev")}
        return subprocess.run(
            ["bash", "-c", text], env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
        )

    return _checked(where, count, at_once(count, one), "v1")


def _checked(where: Place, count: int, result: Result, tag: str) -> Result:
    bare = where.fetch()
    landed = sum(
        f"newTag: {tag}\n" in fleet.git(bare, "show", f"main:{fleet.overlay(f'app{number}', 'dev')}") + "\n"
        for number in range(count)
    )
    if landed != len(result.seconds):
        result.failures.append(f"{len(result.seconds)} say that they landed, and {landed} did")
    waiting = fleet.git(bare, "for-each-ref", "--format=%(refname)", "refs/gitops")
    if waiting:
        result.failures.append(f"left behind: {waiting}")
    return result


@dataclass
class Soak:
    """Workers, a rival and a person on one branch, for a while."""

    where: Place
    workers: int
    seconds: float
    apps: int = 5
    result: Result = field(default_factory=Result)
    newest: dict[str, int] = field(default_factory=dict)
    edits: dict[str, int] = field(default_factory=dict)
    rivals: int = 0
    commits: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0

    def run(self) -> list[str]:
        """Do it; returns what is wrong with the end."""
        stop = time.monotonic() + self.seconds
        threads = [threading.Thread(target=self._work, args=(worker, stop)) for worker in range(self.workers)]
        threads += [
            threading.Thread(target=self._rival, args=(stop,)),
            threading.Thread(target=self._person, args=(stop,)),
        ]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.result.wall = time.perf_counter() - began
        return [*self.result.failures, *self._wrong()]

    def _goes_on(self, stop: float) -> bool:
        """Tell whether time is left; on a busy machine, until there is something to judge."""
        return time.monotonic() < stop or not ((self.commits and self.rivals) or self.result.failures)

    def _work(self, worker: int, stop: float) -> None:
        """Build a few apps, one after the other; numbers are handed out in order, as CI does."""
        chance = random.Random(worker)
        while self._goes_on(stop):
            app = f"app{chance.randrange(self.apps)}"
            with self.lock:
                self.number += 1
                number = self.number
            began = time.perf_counter()
            done = bump(self.where, app, f"v{number}", "--build", f"soak {number}", "--output", "json")
            with self.lock:
                if done.returncode:
                    self.result.failures.append(f"v{number}: {done.stderr.strip()[-400:]}")
                    continue
                self.result.seconds.append(time.perf_counter() - began)
                self.newest[app] = max(self.newest.get(app, 0), number)
                if found := re.search(r'"commit": "([0-9a-f]{40})"', done.stdout):
                    self.commits.add(found[1])

    def _rival(self, stop: float) -> None:
        """Commit to another file every two seconds, as a user pushes: clone, commit, push, rebase."""
        clone = self._clone("rival")
        while self._goes_on(stop):
            (clone / "notes.md").write_text(f"{self.rivals + 1}\n")
            self._push(clone, f"rival {self.rivals + 1}")
            self.rivals += 1
            time.sleep(RIVAL_SECONDS)

    def _person(self, stop: float) -> None:
        """Edit the files that the builds change by hand."""
        clone = self._clone("person")
        chance = random.Random(0)
        while self._goes_on(stop):
            app = f"app{chance.randrange(self.apps)}"
            file = clone / fleet.overlay(app, "dev")
            count = self.edits.get(app, 2) + 1
            fleet.git(clone, "pull", "-q", "--rebase")
            file.write_text(file.read_text().replace(f"count: {count - 1}\n", f"count: {count}\n"))
            self._push(clone, f"{app}: {count} replicas")
            self.edits[app] = count
            time.sleep(RIVAL_SECONDS)

    def _clone(self, name: str) -> Path:
        clone = self.where.bare.parent / name
        fleet.git(clone.parent, "clone", "-q", self.where.own_url or str(self.where.bare), name)
        fleet.git(clone, "config", "user.name", name)
        fleet.git(clone, "config", "user.email", f"{name}@example.com")
        return clone

    def _push(self, clone: Path, message: str) -> None:
        fleet.git(clone, "add", "-A")
        fleet.git(clone, "commit", "-qm", message)
        while True:
            try:
                fleet.git(clone, "push", "-q")
            except SystemExit:
                fleet.git(clone, "pull", "-q", "--rebase")
            else:
                return

    def _wrong(self) -> Iterator[str]:
        """Hold the end against an oracle.

        The newest build of each app, every edit by hand, every commit of the rival.
        """
        bare = self.where.fetch()
        for number in range(APPS):
            for environment in fleet.ENVIRONMENTS:
                app = f"app{number}"
                mine = environment == "dev"
                expected = fleet.kustomization(app, environment)
                if mine and app in self.edits:
                    expected = expected.replace("count: 2\n", f"count: {self.edits[app]}\n")
                if mine and app in self.newest:
                    expected = expected.replace("unreleased", f"v{self.newest[app]}")
                    stamp = f"metadata:\n  annotations:\n    gitops-generator/built: soak {self.newest[app]} -\n"
                    expected = expected.replace("kind: Kustomization\n", f"kind: Kustomization\n{stamp}")
                found = fleet.git(bare, "show", f"main:{fleet.overlay(app, environment)}")
                if found != expected.strip():
                    yield f"{app} in {environment}: is\n{found}\nand not\n{expected}"
        history = set(fleet.git(bare, "rev-list", "main").split())
        for commit in self.commits - history:
            yield f"{commit} was reported, and is not there"
        subjects = fleet.git(bare, "log", "--format=%s", "main").splitlines()
        bumps = sum(subject.startswith("Release ") for subject in subjects)
        if bumps != len(self.commits):
            yield f"{bumps} commits of builds, and {len(self.commits)} were reported"
        if len(subjects) != 1 + bumps + self.rivals + sum(count - 2 for count in self.edits.values()):
            yield f"{len(subjects)} commits are not one for each that was made"
        if waiting := fleet.git(bare, "for-each-ref", "--format=%(refname)", "refs/gitops"):
            yield f"left behind: {waiting}"


def main() -> None:
    """Run what the module describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="Many builds, one branch.")
    parser.add_argument("--at-once", type=int, default=50, metavar="N")
    parser.add_argument("--workers", type=int, default=10, metavar="N")
    parser.add_argument("--seconds", type=float, default=300, metavar="S", help="how long the workers go on")
    parser.add_argument("--no-recipes", action="store_true", help="only our own")
    parser.add_argument("--recipe", default="", metavar="TEXT", help="of the recipes, only those with this text")
    parser.add_argument("--no-secret", action="store_true", help="git's own helper logs in, as with SSH: no GIT_TOKEN")
    parser.add_argument("--over", choices=PLACES, nargs="+", default=PLACES)
    parser.add_argument("--memory", type=Path, default=Path("/dev/shm"), help="a folder in memory")
    options = parser.parse_args()
    for over in options.over:
        with tempfile.TemporaryDirectory(dir=options.memory) as folder:
            if options.at_once:
                _at_once(Path(folder), over, options)
            if options.seconds:
                _soak(Path(folder), over, options)


def _at_once(folder: Path, over: str, options: argparse.Namespace) -> None:
    count = options.at_once
    rows: dict[str, Callable[[Place], Result]] = {
        APART: lambda where: apart(where, count),
        OURS: lambda where: contended(where, count),
    }
    if not options.no_recipes:
        chosen = {name: text for name, text in RECIPES.items() if options.recipe in name}
        rows |= {name: lambda where, text=text: recipe(where, count, text) for name, text in chosen.items()}  # type: ignore[misc]

    def lines() -> Iterator[list[str]]:
        for name, measure in rows.items():
            with place(folder / re.sub(r"\W+", "-", name), over, secret=not options.no_secret) as where:
                result = measure(where)
            p50, p99 = result.percentile(0.5), result.percentile(0.99)
            ratio = f"{p99 / p50:.2f}×" if p50 else ""
            landed = f"{len(result.seconds)} of {count}"
            yield [name, landed, f"{result.wall:.1f}", f"{p50:.1f}", f"{p99:.1f}", ratio]
            if name in (APART, OURS) and result.failures:
                print(*result.failures, sep="\n")

    head = ("recipe", "landed", "seconds for all", "p50", "p99", "p99 / p50")
    how = f"{over}, without a secret" if options.no_secret else over
    table(f"{count} builds at once, {APPS * fleet.FILES_PER_APP} files, {how}", head, lines())


def _soak(folder: Path, over: str, options: argparse.Namespace) -> None:
    with place(folder / "soak", over, secret=not options.no_secret) as where:
        soak = Soak(where, options.workers, options.seconds)
        wrong = soak.run()
    result = soak.result
    people = soak.rivals + sum(count - 2 for count in soak.edits.values())
    row = [
        str(len(result.seconds)), str(len(soak.commits)), str(people),
        f"{statistics.median(result.seconds):.1f}", f"{result.percentile(0.99):.1f}", str(len(wrong)),
    ]  # fmt: skip
    head = ("builds", "of them commits", "commits of people", "p50", "p99", "lost, failed or stale")
    table(f"{options.workers} workers for {options.seconds:g} s, {over}", head, [row])
    print(*wrong, sep="\n")


if __name__ == "__main__":
    main()
