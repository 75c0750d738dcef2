"""A run that ends in the middle, at every place: the repository is old, or new, or one run away from new."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.files import work_tree
from generator.regenerate import planning
from testing import ROOT
from testing import crash as crash_rig
from testing.depth import FULL, some
from testing.needs import need, not_here
from testing.programs import Run
from testing.repository import git

HEAD = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
"""
BEFORE = (
    HEAD
    + """\
environments: {dev: {}, prod: {sync: manual}}
apps:
  web:
    image: shop/web
    port: 8080
    health: /healthz
    replicas: 2
    environments: {prod: {replicas: 4}}
  worker: {image: shop/worker}
"""
)


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


CHANGED = replaced(BEFORE, ("replicas: 2", "replicas: 3"), ("    health: /healthz\n", "    config: {LEVEL: info}\n"),
                   ("shop/worker}", "shop/worker, port: 9000}\n  mail: {image: shop/mail}"))  # fmt: skip
PRUNED = replaced(
    BEFORE,
    ("prod: {sync: manual}", "live: {}"),
    ("    environments: {prod: {replicas: 4}}\n", ""),
    ("  worker: {image: shop/worker}\n", ""),
)
RENAMED = replaced(BEFORE, ("  web:\n", "  store:\n    renamed_from: web\n"), ("dev: {}", "test: {renamed_from: dev}"))


def edit(folder: Path) -> None:
    """Do what users do: a comment, a value, a field, a file deleted, files of their own; and a build's tag."""
    deployment = folder / "base/web/deployment.yaml"
    text = deployment.read_text()
    text = replaced(
        text, ("spec:\n  replicas: 2\n", "spec:\n  # ours\n  replicas: 2\n"), ("maxSurge: 1", "maxSurge: 3")
    )
    deployment.write_text(text)
    (folder / "base/web/pdb.yaml").unlink()
    kustomization = folder / "base/web/kustomization.yaml"
    kustomization.write_text(replaced(kustomization.read_text(), ("- pdb.yaml\n", "")))
    overlay = folder / "overlays/dev/web"
    (overlay / "run.sh").write_text("#!/bin/sh\n")
    (overlay / "run.sh").chmod(0o755)
    tagged = overlay / "kustomization.yaml"
    tagged.write_text(replaced(tagged.read_text(), ("newTag: unreleased", "newTag: 1.2.3")))


@dataclass(frozen=True)
class Story:
    """``former`` is the spec that was generated (and edited) before, if any; ``spec`` what is generated now."""

    former: str | None
    spec: str
    words: tuple[str, ...] = ()
    edited: bool = True


STORIES = {
    "the first generation": Story(None, BEFORE),
    "a change of the spec, with hand edits, a tag, a new app": Story(BEFORE, CHANGED),
    "an app and an environment are pruned": Story(BEFORE, PRUNED, ("--prune",), edited=False),
    "an app and an environment are renamed, with hand edits and files of people's own": Story(BEFORE, RENAMED),
}


@pytest.fixture
def fast_path(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder in memory, where there is one: a disk would take its time to flush hundreds of times."""
    memory = Path("/dev/shm")
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def stage(fast_path: Path) -> Callable[[Story], Path]:
    """Return the folder of a story: ``before`` and ``after``."""
    tmp_path = fast_path

    def build(story: Story) -> Path:
        before, after = tmp_path / "before", tmp_path / "after"
        before.mkdir()
        git(before, "init", "--quiet", "--template=")
        if story.former:
            (before / "generator.yaml").write_text(story.former)
            planning.apply(before, planning.plan(before), prune=False)
            if story.edited:
                edit(before)
        (before / "generator.yaml").write_text(story.spec)
        shutil.copytree(before, after)
        planning.apply(after, planning.plan(after), prune=bool(story.words))
        again = planning.plan(after)
        assert not again.changes
        assert not again.record
        return tmp_path

    return build


def disturbed(folder: Path, number: int, words: tuple[str, ...]) -> dict[str, object]:
    """Return what the rig found."""
    done = subprocess.run(
        [sys.executable, "-m", "testing.crash", str(folder), str(number), "generate", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.thin(4)
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_a_kill_before_any_change_of_the_file_system_is_mended_by_a_second_run(
    story: Story, stage: Callable[[Story], Path]
) -> None:
    found = disturbed(stage(story), signal.SIGKILL, story.words)
    results = found["results"]
    assert isinstance(results, list)
    killed = [result for result in results if result["killed"]]
    print(f"{len(killed)} kills")
    assert len(killed) > 20 / crash_rig.EVERY
    assert [result for result in results if result["rerun"] != 0 or result["differs"]] == []
    unseen = [result for result in results if (result["check"] == 0) != (result["tree"] == "new")]
    assert unseen == []


@pytest.mark.thin(4)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "a polite kill"])
@pytest.mark.parametrize("story", list(STORIES.values())[1::2], ids=list(STORIES)[1::2])
def test_an_interrupt_leaves_the_repository_old_or_new(
    story: Story, number: int, stage: Callable[[Story], Path]
) -> None:
    found = disturbed(stage(story), number, story.words)
    results = found["results"]
    assert isinstance(results, list)
    print(f"{sum(result['code'] == 130 for result in results)} interrupts")
    assert sum(result["code"] == 130 for result in results) > 20 / crash_rig.EVERY
    assert [result for result in results if result["code"] not in (0, 130) or result["left"]] == []
    assert [result for result in results if result["tree"] == "mixed"] == []


@pytest.mark.full
def test_a_disk_that_is_full_at_any_write_leaves_everything_as_it_was(
    tmp_path: Path, stage: Callable[[Story], Path], generator: Run
) -> None:
    if os.geteuid() != 0:
        need("root")
    source = stage(STORIES["a change of the spec, with hand edits, a tag, a new app"])
    former, after = crash_rig.snapshot(source / "before"), crash_rig.snapshot(source / "after")
    full = 0
    for room in some(range(0, 4096 * 60, 4096), 3):
        with small_disk(tmp_path, source / "before", room) as folder:
            done = generator("generate", cwd=folder)
            if done.returncode == 0:
                assert crash_rig.snapshot(folder) == after
                break
            full += 1
            assert done.returncode == 1
            assert "No space left on device; nothing was written\nhint: free some space" in done.stderr
            assert crash_rig.snapshot(folder) == former
    else:
        pytest.fail("never enough room")
    print(f"{full} sizes at which the disk was full")
    assert full >= (10 if FULL else 4)


@contextmanager
def small_disk(tmp_path: Path, source: Path, room: int) -> Iterator[Path]:
    """Yield a file system in memory that holds a copy of ``source``, and has this much room left, in bytes."""
    folder = tmp_path / "disk"
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        not_here("no file system can be mounted here")
    try:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
        (folder / ".git" / "ballast").write_bytes(b"0" * max(free - room, 0))
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_two_generators_at_once_do_not_interleave(repository: Path, generator: Run) -> None:
    with work_tree.locked(repository):
        done = generator(cwd=repository)
        assert done.returncode == 1
        assert "error: another generator is at work here\nhint: wait until it is done" in done.stderr
        assert sorted(path.name for path in repository.iterdir()) == [".git", "generator.yaml"]
    assert generator(cwd=repository).returncode == 0


@pytest.mark.full
def test_of_many_generators_at_once_each_does_all_or_nothing(repository: Path, generator: Run) -> None:
    codes: list[int] = []

    def run() -> None:
        codes.append(generator("generate", "-q", cwd=repository).returncode)

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0 in codes
    assert set(codes) <= {0, 1}
    planned = planning.plan(repository)
    assert not planned.changes
    assert not planned.record
    assert not (repository / work_tree.STAGING).exists()


def test_a_bump_waits_for_no_generator_and_interleaves_with_none(repository: Path, generator: Run) -> None:
    assert generator("generate", "-q", cwd=repository).returncode == 0
    with work_tree.locked(repository):
        done = generator("bump", "web", "--env", "dev", "--tag", "1.0.0", cwd=repository)
    assert done.returncode == 1
    assert "another generator is at work here" in done.stderr


def test_everything_is_on_the_disk_before_anything_comes_into_place_and_that_before_the_record(
    repository: Path, tmp_path: Path
) -> None:
    # So a power cut cannot leave an empty file, or a record of what is not there.
    calls = traced(repository, tmp_path)
    names = [name for name, _ in calls]
    first = names.index("rename")
    flushed = {path for name, path in calls[:first] if name == "fsync"}
    renamed = [path for name, path in calls if name == "rename"]
    assert renamed
    assert set(renamed) <= flushed or "syncfs" in names[:first]
    targets = [path for name, path in calls if name == "to"]
    recorded = [path for path in targets if path.startswith(f"{repository}/.generator/")]
    assert targets[-len(recorded) :] == recorded
    folders = {path.rpartition("/")[0] for path in targets[: -len(recorded)]}
    between = calls[first : calls.index(("to", recorded[0]))]
    assert folders <= {path for name, path in between if name == "fsync"} or "syncfs" in dict(between)


def traced(repository: Path, tmp_path: Path) -> list[tuple[str, str]]:
    """Return the flushes and renames of a first generation, in order.

    ``rename`` from, ``to``, ``fsync``, ``syncfs``.
    """
    need("strace")
    log = tmp_path / "calls"
    done = subprocess.run(
        ["strace", "-f", "-y", "-qq", "-s", "4096", "-o", log, "-e", "trace=fsync,syncfs,rename,renameat,renameat2",
         sys.executable, "-m", "generator", "generate", "-q"],
        cwd=repository, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        not_here(f"strace may not trace here: {done.stderr[-200:]}")
    calls: list[tuple[str, str]] = []
    for line in log.read_text().splitlines():
        if flush := re.search(r"(fsync|syncfs)\(\d+<([^>]*)>", line):
            calls.append((flush[1], flush[2]))
        elif rename := re.search(r'rename\w*\(.*?"([^"]+)".*"([^"]+)"', line):
            ours = rename[1].startswith(f"{repository}/") and "/.git/" not in rename[2]
            calls += [("rename", rename[1]), ("to", rename[2])] if ours else []
    return calls
