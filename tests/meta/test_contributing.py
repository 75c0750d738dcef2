"""CONTRIBUTING.md names files that there are, commits that there were, and scripts as they are called."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
ROW = re.compile(r"^\| `([^`]+)` \| `([0-9a-f]{7}):([^`]+)` \| (.+) \|$", re.MULTILINE)
HOWTO = TEXT.partition("## How to add …")[2].partition("\n## ")[0]


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    "what", ["a Kubernetes kind", "a workload type", "an output", "a command", "a forge", "a tool"]
)
def test_how_to_add_it_is_told_by_the_files_of_a_commit(what: str) -> None:
    section = HOWTO.partition(f"\n### {what}\n")[2].partition("\n### ")[0]
    assert len(ROW.findall(section)) >= 3


def test_every_row_is_read() -> None:
    rows = [line for line in HOWTO.splitlines() if line.startswith("| `")]
    assert len(rows) == len(ROW.findall(HOWTO))


def test_the_files_are_there_and_were_part_of_their_commit() -> None:
    shallow = git("rev-parse", "--is-shallow-repository").strip() == "true"
    for today, commit, then, _ in ROW.findall(HOWTO):
        assert (ROOT / today).is_file(), today
        if not shallow:
            assert git("show", "--format=", "--name-only", commit, "--", then).strip() == then, (commit, then)
            assert git("branch", "--contains", commit).strip(), commit


def test_what_is_named_elsewhere_is_there() -> None:
    for path in re.findall(r"`((?:scripts|docs|generator|\.ci)/[\w./-]*)[^`]*`", TEXT):
        assert (ROOT / path).exists(), path
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", TEXT):
        assert (ROOT / target).exists(), target
