"""The hook that this repository offers to pre-commit."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.regenerate import planning, record
from generator.render import render
from generator.spec import loader
from testing import ROOT
from testing.programs import Run
from testing.repository import TEN_LINES, git


@pytest.fixture
def hook() -> dict[str, Any]:
    """Return the only hook."""
    (found,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert isinstance(found, dict)
    return found


def test_it_has_what_pre_commit_asks_for(hook: dict[str, Any]) -> None:
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert set(hook) <= {"id", "name", "description", "entry", "language", "files", "pass_filenames", "stages"}
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False
    program = shlex.split(hook["entry"])[0]
    assert program in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]


def test_it_runs_for_the_spec_and_for_all_that_is_generated(hook: dict[str, Any]) -> None:
    pattern = re.compile(hook["files"])
    files = render(loader.parse(TEN_LINES.replace("image:", "source: web\n    image:")))
    for path in (loader.FILE_NAME, *files, *record.pack(files)):
        assert pattern.search(path), path
    assert not pattern.search("webapp/shop/app.py")


def test_its_entry_fails_until_the_repository_is_regenerated(
    hook: dict[str, Any], repository: Path, generator: Run
) -> None:
    words = shlex.split(hook["entry"])[1:]
    planning.apply(repository, planning.plan(repository), prune=False)
    git(repository, "add", "--all")
    assert generator(*words, cwd=repository).returncode == 0
    (repository / "generator.yaml").write_text(TEN_LINES.replace("replicas: 2", "replicas: 3"))
    done = generator(*words, cwd=repository)
    assert done.returncode == 1
    assert "run `python -m generator`" in done.stdout
    assert generator(cwd=repository).returncode == 0
    assert generator(*words, cwd=repository).returncode == 0
