"""Fixtures of all tests: a separate home folder, real git repositories, and the generator."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from generator.credentials import Credentials, using
from testing import ROOT, command_line
from testing.programs import FOREIGN, REAL_CACHE, Run, tool
from testing.repository import TEN_LINES, git
from testing.shop import APPS, Shop
from testing.templates import Templates

if TYPE_CHECKING:
    from testing.servers.gitea import Rig

# A shell that starts us in the background has SIGINT ignored, and every process below us would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Have Python look for no garbage while tests are collected, which makes none: that took a third of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Have Python look for garbage less often, and never among the tests themselves: that took a tenth of a run."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


@pytest.fixture(scope="session")
def git_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make what git puts into a new repository: the folders that it has everywhere, and no samples."""
    folder = tmp_path_factory.mktemp("git-template")
    for name in ("hooks", "info"):
        (folder / name).mkdir()
    return folder


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return folders that are not there yet; ``mktemp`` would look through all former ones for each test."""
    above = tmp_path_factory.mktemp("homes")
    return (above / str(number) for number in count())


# Each commit, fetch and push would start a program that looks whether there is something to tidy up. And a copy of a work
# tree is unchanged for git if times and sizes are the same: see `Templates`.
_GITCONFIG: Final = (
    "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n"
    "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[receive]\n\tautogc = false\n"
    "[core]\n\tcheckStat = minimal\n\ttrustctime = false\n"
)


@pytest.fixture(scope="session", autouse=True)
def identity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give git an identity in what several tests share, too: the machine's user need not have one."""
    config = tmp_path_factory.mktemp("identity") / "gitconfig"
    config.write_text(_GITCONFIG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", str(config))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield


@pytest.fixture(autouse=True)
def home(homes: Iterator[Path], git_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty home folder, an identity for git, and keep the machine's own cache of tools."""
    # What tests start on this machine may get their tokens; the tests of hosts have none of it.
    monkeypatch.setenv("GITOPS_GENERATOR_HOSTS", "127.0.0.1 localhost")
    folder = next(homes)
    folder.mkdir()
    config = folder / "gitconfig"
    config.write_text(_GITCONFIG)
    for name in [
        *FOREIGN,
        *(name for name in os.environ if name.startswith(("XDG_", "GIT_", "CODEBUILD_", "GITHUB_"))),
    ]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    # git's samples of hooks are most of the files of a small repository.
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(git_template))
    monkeypatch.setenv("GENERATOR_CACHE", str(REAL_CACHE))
    return folder


@pytest.fixture(scope="session")
def aws_models() -> Iterator[None]:
    """Let botocore read its models of AWS once: each client would read them again, and takes longer for it than for all else."""
    from botocore import session

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "create_loader", cache(session.create_loader))
        yield


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
def generator(request: pytest.FixtureRequest) -> Run:
    """Return what runs the command line, ``generator(*words, cwd=…, env=…)``; tests marked ``process`` get processes."""
    folder = request.path.relative_to(ROOT).parts[1]
    # Those tests are about what several programs make of each other.
    alone = folder in ("integration", "resilience", "e2e") or request.node.get_closest_marker("process")
    return command_line.run_process if alone else command_line.run


@pytest.fixture(scope="session")
def all_templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Keep the repositories that tests begin with, for as long as this worker runs."""
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def templates(all_templates: Templates) -> Templates:
    """Return the templates, with nothing in their place yet."""
    all_templates.clear()
    return all_templates


@pytest.fixture
def repository(templates: Templates) -> Path:
    """Make a git repository with the ten-line spec in it, and nothing generated yet."""
    folder = templates.place / "shop"

    def make() -> None:
        folder.mkdir()
        git(folder, "init", "--quiet", "--initial-branch=main")
        (folder / "generator.yaml").write_text(TEN_LINES)

    templates.fill("ten lines", make)
    return folder


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a cache of this test alone, but for the tools and schemas in it; return its folder."""
    from generator.tools import cache as tools_cache

    own = tmp_path / "cache"
    own.mkdir()
    for name in ("tools", "files", "schemas"):
        if (tools_cache.folder() / name).exists():
            (own / name).symlink_to(tools_cache.folder() / name)
    monkeypatch.setenv("GENERATOR_CACHE", str(own))
    return own


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
def shop(templates: Templates, repository: Path, generator: Run) -> Shop:
    """Make a shop of two apps, generated and pushed."""
    tool("kustomize")
    made = Shop(repository, generator)
    templates.fill("shop", lambda: made.spec(TEN_LINES + APPS))
    return made


@pytest.fixture
def v1_in_dev(templates: Templates, shop: Shop) -> None:
    """Release v1 of the shop's web to dev, as most promotions begin."""
    templates.fill("shop, v1 in dev", lambda: shop.bump("web", "v1"))
