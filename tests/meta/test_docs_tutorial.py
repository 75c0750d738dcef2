"""The tutorial runs as it stands, and prints what it shows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from generator import tools
from testing.pages import DOCS
from testing.transcript import Done, Step, faults, fits, run, steps

pytestmark = pytest.mark.slow

FIRST = "docs/tutorial/repository.md"
SECOND = "docs/tutorial/cluster.md"


def environment(folder: Path, *more: Path) -> dict[str, str]:
    """Return what a user has: the generator on the path, a home with git's configuration in it, and a state folder."""
    path = os.pathsep.join([str(Path(sys.executable).parent), *map(str, more), os.environ["PATH"]])
    home = folder / "home"
    home.mkdir(exist_ok=True)
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.com\n")
    rest = {name: value for name, value in os.environ.items() if name != "GIT_CONFIG_GLOBAL"}
    return {**rest, "PATH": path, "HOME": str(home), "XDG_STATE_HOME": str(folder / "state"), "COLUMNS": "100"}


def require(page: list[Step], done: list[Done]) -> None:
    found = faults(page, done)
    if found:
        # What fails later mostly follows from the first.
        pytest.fail(f"{found[0]}\n\n{len(found)} places in all", pytrace=False)


@pytest.mark.full
def test_the_first_part(tmp_path: Path) -> None:
    page = steps(FIRST)
    assert len(page) > 20
    require(page, run([step.command for step in page], tmp_path, environment(tmp_path), 300))
    log: list[str | Path] = [
        "git",
        "-C",
        tmp_path / "gitops-tutorial/shop-gitops",
        "log",
        "--format=%(trailers:only,unfold)",
    ]
    trailers = {line.partition(":")[0] for line in subprocess.check_output(log, text=True).splitlines() if line}
    assert {"Release", "Rollback", "Unpin"} <= trailers
    marks = (DOCS / "reference/marks.md").read_text()
    assert not [name for name in trailers if name.replace("Argocd-reference-commit", "") not in marks]


@pytest.mark.cluster
def test_the_second_part() -> None:
    page = steps(SECOND)
    missing = [name for name in ("curl", "jq") if shutil.which(name) is None]
    assert not missing, "the tutorial needs curl and jq"
    with tempfile.TemporaryDirectory(prefix="gg-") as name:  # short, for the sockets in it
        folder = Path(name)
        kubectl = Path(tools.find("kubectl")).parent
        commands = [step.command for step in page]
        try:
            require(page, run(commands, folder, environment(folder, kubectl), 900))
        finally:
            run(["python -m generator local down"], folder, environment(folder), 120)


SHOWN = (Step("page:1", "one", ("a …", "…", "z")), Step("page:2", "two", ()))


@pytest.mark.parametrize(
    ("done", "faulty"),
    [
        ([Done("a b\nc\nd\nz\n", 0), Done("anything", 0)], False),
        ([Done("a b\nz\n", 0), Done("", 0)], False),
        ([Done("b\nz\n", 0), Done("", 0)], True),
        ([Done("a b\nz\ny\n", 0), Done("", 0)], True),
        ([Done("a b\nz\n", 0), Done("", 1)], True),
        ([Done("a b\nz\n", 0)], True),
    ],
)
def test_what_is_not_as_shown_is_found(done: list[Done], faulty: bool) -> None:
    assert bool(faults(list(SHOWN), done)) is faulty


def test_a_line_stands_for_itself() -> None:
    assert fits(("replicas: 3",), "replicas: 3\n")
    assert not fits(("replicas: 3",), "replicas: 30\n")
