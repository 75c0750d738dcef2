"""What all tests share: a home of their own, real git repositories, and the generator as a real process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from generator import tools
from generator.errors import ToolError
from generator.tools import cache

if TYPE_CHECKING:
    from gitea_rig import Rig

# A shell that starts us in the background has SIGINT ignored, and every process below us would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

REAL_CACHE = cache.folder()
# What a person's or a CI's environment could bring in.
FOREIGN = ("GIT_TOKEN", "GIT_USERNAME", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_COUNT", "GIT_ASKPASS",
           "SSH_ASKPASS", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONHASHSEED", "PYTHONIOENCODING", "CODEBUILD_SRC_DIR",
           "ARGOCD_SERVER", "ARGOCD_AUTH_TOKEN", "ARGOCD_OPTS", "ARGOCD_INSECURE")  # fmt: skip

TEN_LINES = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {}, staging: {}, prod: {sync: manual}}
apps:
  web:
    image: shop/web
    port: 8080
    health: /healthz
    replicas: 2
    environments: {prod: {replicas: 4}}
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, an identity for git, and the machine's own cache of tools."""
    # What tests start on this machine may get their tokens; tests/test_hosts.py has none of it.
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
    """A git repository with the ten-line spec in it, and nothing generated yet."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "generator.yaml").write_text(TEN_LINES)
    return folder


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how long the clients of forges wait before they ask again; they do not really."""
    from generator.clients.forges import access

    found: list[float] = []
    monkeypatch.setattr(access, "pause", found.append)
    return found


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """The real Gitea of this run; each test has repositories of its own in it."""
    from gitea_rig import started

    tool("gitea")
    with started() as rig:
        yield rig


def generate_for_remote(folder: Path, generator: Run, more: str = "") -> Path:
    """Generate and commit; the path of the bare repository that the spec names, which is to be made yet."""
    bare = folder.parent / "remote.git"
    spec = TEN_LINES.replace("https://git.example.com/acme/shop-gitops.git", str(bare)) + more
    (folder / "generator.yaml").write_text(spec)
    assert generator("generate", "-q", cwd=folder).returncode == 0
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Generate")
    return bare


def clone_as_origin(folder: Path, bare: Path) -> None:
    """What is committed so far, in a bare repository; it becomes the folder's origin."""
    git(folder.parent, "clone", "-q", "--bare", folder, bare)
    git(folder, "remote", "add", "origin", bare)


def change(folder: Path, branch: str, path: str, text: str, base: str = "main") -> str:
    """Push a branch with one commit on top of ``base``, which changes one file; the commit."""
    git(folder, "fetch", "-q", "origin")
    git(folder, "checkout", "-q", "-B", branch, f"origin/{base}")
    (folder / path).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", f"{path}: {text.strip()}")
    git(folder, "push", "-qf", "origin", branch)
    return git(folder, "rev-parse", "HEAD")


def edit(folder: Path, path: str, *pairs: tuple[str, str]) -> None:
    """Replace texts of a file, each in the first place where it stands."""
    text = (folder / path).read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / path).write_text(text)


def path_with_git(folder: Path, script: str) -> str:
    """A PATH with a git that runs a script before it is the real one, ``$real``."""
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\nreal={shutil.which("git")}\n{script}\nexec $real "$@"\n')
    (folder / "git").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def git(folder: Path, *words: object, env: dict[str, str] | None = None) -> str:
    """What git says; a failure is a test's failure. ``env`` is added to ours."""
    argv = ["git", *(str(word) for word in words)]
    environment = {**os.environ, **(env or {})}
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def files(folder: Path) -> dict[str, bytes]:
    """Every file but git's own, by path; a link as where it leads to."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if ".git" not in path.relative_to(folder).parts and (path.is_symlink() or path.is_file())
    }


def tool(name: str) -> Path:
    """A pinned tool; the test is skipped where it is not installed."""
    try:
        return tools.find(name)
    except ToolError as exc:
        pytest.skip(f"{exc.message}; {exc.hint}")
