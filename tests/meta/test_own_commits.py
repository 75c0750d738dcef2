"""The hooks that pre-commit runs for commits to this repository: they pass on what is committed, and stop what is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
BADLY = "import os\nx = {  'a':1 }\n"


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with the files of this one, whose environment is the one that runs the tests."""
    folder = tmp_path_factory.mktemp("clone")
    for name in git(ROOT, "ls-files", "-z").split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    python = folder / ".venv-test/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    return folder


def run_hooks(folder: Path, *words: str, skip: str = "mypy") -> subprocess.CompletedProcess[str]:
    """Run the hooks; without a cache mypy takes most of a minute, and is a test of its own elsewhere."""
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--color", "never", *words],
        cwd=folder, env={**os.environ, "SKIP": skip}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.full
def test_they_pass_on_what_is_committed(clone: Path) -> None:
    done = run_hooks(clone, "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("ruff check", "ruff format", "this repository is as its generator.yaml says"):
        assert any(line.startswith(name) and line.endswith("Passed") for line in done.stdout.splitlines()), name


@pytest.mark.full
def test_they_stop_a_commit_that_the_linter_finds_fault_with(clone: Path) -> None:
    bad = clone / "generator/bad.py"
    bad.write_text(BADLY)
    git(clone, "add", "generator/bad.py")
    try:
        done = run_hooks(clone, "--files", "generator/bad.py")
        assert done.returncode == 1
        assert "F401" in done.stdout
        assert "files were modified by this hook" in done.stdout
        assert '{"a": 1}' in bad.read_text()
    finally:
        git(clone, "rm", "--quiet", "--force", "generator/bad.py")


def test_they_stop_a_commit_without_this_repositorys_own_output(clone: Path) -> None:
    spec = clone / "generator.yaml"
    before = spec.read_text()
    spec.write_text(before.replace("project: shop", "project: other"))
    assert spec.read_text() != before
    try:
        done = run_hooks(clone, "own-output", "--files", "generator.yaml")
        assert done.returncode == 1
        assert "python -m generator" in done.stdout
    finally:
        spec.write_text(before)


@pytest.mark.full
def test_they_check_types(clone: Path) -> None:
    untyped = clone / "generator/untyped.py"
    untyped.write_text('"""Untyped."""\n\n\ndef f(x):\n    """Return it."""\n    return x\n')
    try:
        # Only the one module, so that it takes seconds.
        config = clone / ".pre-commit-config.yaml"
        before = config.read_text()
        assert "-m mypy --strict -p generator\n" in before
        config.write_text(before.replace("--strict -p generator", "--strict -m generator.untyped"))
        done = run_hooks(clone, "mypy", "--files", "generator/untyped.py", skip="")
        config.write_text(before)
        assert done.returncode == 1
        assert "no-untyped-def" in done.stdout
    finally:
        untyped.unlink()
