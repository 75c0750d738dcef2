"""What all tests share: a home of their own, real git repositories, and the generator as a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from generator.credentials import Credentials, using
from testing.programs import FOREIGN, REAL_CACHE, Run, tool
from testing.repository import TEN_LINES, git
from testing.shop import APPS, Shop

if TYPE_CHECKING:
    from testing.servers.gitea import Rig

# A shell that starts us in the background has SIGINT ignored, and every process below us would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty home folder, an identity for git, and keep the machine's own cache of tools."""
    # What tests start on this machine may get their tokens; the tests of hosts have none of it.
    monkeypatch.setenv("GITOPS_GENERATOR_HOSTS", "127.0.0.1 localhost")
    folder = tmp_path_factory.mktemp("home")
    config = folder / "gitconfig"
    config.write_text("[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n")
    for name in [
        *FOREIGN,
        *(name for name in os.environ if name.startswith(("XDG_", "GIT_", "CODEBUILD_", "GITHUB_"))),
    ]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GENERATOR_CACHE", str(REAL_CACHE))
    return folder


class FromEnvironment(Credentials):
    """Credentials of the process as they are at each moment, as a command would take them then."""

    def get(self, name: str) -> str:
        """Return the value of a name; empty if it is not given."""
        return os.environ.get(name, "")


@pytest.fixture(autouse=True)
def credentials() -> Iterator[None]:
    """Call what lies below the public functions as a command calls it."""
    given = FromEnvironment()
    given.is_ambient = True
    with using(given):
        yield


@pytest.fixture
def generator() -> Run:
    """``generator(*words, cwd=…)`` runs ``python -m generator`` as a process of its own."""

    def run(
        *words: object, cwd: Path | None = None, env: dict[str, str] | None = None, prefix: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*prefix, sys.executable, "-m", "generator", *(str(word) for word in words)],
            cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip

    return run


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a git repository with the ten-line spec in it, and nothing generated yet."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "generator.yaml").write_text(TEN_LINES)
    return folder


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return for how long the clients of forges wait before they ask again; they do not really."""
    from generator.clients.forges import access

    found: list[float] = []
    monkeypatch.setattr(access, "pause", found.append)
    return found


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """Start the real Gitea of this run; each test has repositories of its own in it."""
    from testing.servers.gitea import started

    tool("gitea")
    with started() as rig:
        yield rig


@pytest.fixture
def shop(repository: Path, generator: Run) -> Shop:
    """Make a shop of two apps, generated and pushed."""
    tool("kustomize")
    made = Shop(repository, generator)
    made.spec(TEN_LINES + APPS)
    return made
