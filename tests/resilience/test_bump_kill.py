"""SIGKILL at each git that ``bump --push`` starts: the remote is never half-written, and a rerun converges."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from testing import fleet
from testing.depth import some
from testing.rivals import rival, shim
from testing.servers import loopback as local_server
from testing.waiting import PATIENCE, eventually

PATH = fleet.overlay("app1", "dev")


def run(folder: Path, bare: Path, **environment: str) -> int:
    """Run one bump in a session of its own.

    One that is killed leaves children behind, which end before this returns.
    """
    words = [
        sys.executable,
        "-m",
        "generator",
        "bump",
        "app1",
        "--env",
        "dev",
        "--tag",
        "v1",
        "--push",
        "--remote",
        str(bare),
    ]
    child = subprocess.Popen(
        words, cwd=folder, env={**os.environ, "TMPDIR": str(folder), **environment}, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    status = child.wait(PATIENCE)
    eventually(lambda: not alive(folder))
    return status


def alive(folder: Path) -> bool:
    """Tell whether any process still works for a bump of this folder: each has the folder in its environment."""
    mark = f"TMPDIR={folder}".encode() + b"\0"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes() and "Z" not in (process / "stat").read_text().split()[2]:
                return True
        except OSError:
            continue
    return False


def state(bare: Path) -> tuple[str, list[str], str]:
    """Return the overlay, the references beside ``main``, and what git finds wrong."""
    references = [line for line in fleet.git(bare, "for-each-ref", "--format=%(refname)").splitlines() if line != "refs/heads/main"]  # fmt: skip
    return fleet.git(bare, "show", f"main:{PATH}"), references, fleet.git(bare, "fsck", "--connectivity-only")


@pytest.mark.thin(4)
@pytest.mark.parametrize("contended", [False, True], ids=["alone", "with a rival"])
@pytest.mark.parametrize("git_too", ["yes", "no"], ids=["with its git", "and its git goes on"])
def test_killed_at_every_step(contended: bool, git_too: str, tmp_path: Path) -> None:
    environment = shim(tmp_path / "bin")
    before = fleet.kustomization("app1", "dev").strip()
    after = before.replace("unreleased", "v1")

    def killed(step: int) -> int | None:
        """Return the number of gits that were started, or None where it was killed."""
        folder = tmp_path / f"{git_too}-{contended}-{step}"
        folder.mkdir()
        bare = folder / "fleet.git"
        fleet.make(bare, 3)
        steps = {"STEPS": str(folder / "steps"), "KILL_AT": str(step), "KILL_GIT": git_too}
        status = run(folder, bare, **environment, **steps, **({"RIVAL": rival(bare)} if contended else {}))
        text, _, wrong = state(bare)
        assert text in (before, after)
        assert not [line for line in wrong.splitlines() if not line.startswith("dangling")]
        if status == 0:
            assert text == after
            return len((folder / "steps").read_text().splitlines())
        assert status == -signal.SIGKILL, status
        assert run(folder, bare, **environment) == 0
        text, references, _ = state(bare)
        assert text == after
        # Where it waited, whoever waits next takes it out.
        assert all(reference.startswith("refs/gitops/intents/main/") for reference in references[:1])
        assert len(references) <= 1
        subjects = fleet.git(bare, "log", "--format=%s", "main").splitlines()
        assert subjects.count("Release app1 v1 to dev") == 1
        return None

    steps = killed(0)
    assert steps
    tried = some(range(1, steps + 1), 3)
    with ThreadPoolExecutor(2) as pool:
        ended = dict(zip(tried, pool.map(killed, tried), strict=True))
    # How often it looks is left to chance, so the last steps may not have been there.
    survived = [step for step, status in ended.items() if status is not None]
    assert all(step > 8 for step in survived)
    assert len(survived) <= 4


def test_no_git_outlives_us_with_the_token(tmp_path: Path) -> None:
    # SIGKILL leaves us no time to end them, and a server that does not answer keeps them for a minute.
    asked, over = threading.Event(), threading.Event()

    class Silent(local_server.Handler):
        def do_GET(self) -> None:
            asked.set()
            over.wait(PATIENCE)

    with local_server.Server(Silent) as server:
        words = ["bump", "app1", "--env", "dev", "--tag", "v1", "--push", "--remote", f"{server.url}/fleet.git"]
        child = subprocess.Popen(
            [sys.executable, "-m", "generator", *words], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(tmp_path), "GIT_TOKEN": "s3cr3t", "NO_PROXY": "127.0.0.1"},
        )  # fmt: skip
        assert asked.wait(PATIENCE)
        assert alive(tmp_path)
        child.kill()
        child.wait()
        # It hears no end of the server's silence, so what ends it is that we have gone.
        eventually(lambda: not alive(tmp_path))
        over.set()
