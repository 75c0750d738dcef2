"""``scripts/quickstart`` shows what it says, on what a new user has, and a second run makes the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from testing import ROOT

pytestmark = pytest.mark.slow

SHOWN = (
    "image: shop/web",
    "overlays/prod/web/kustomization.yaml",
    "spec:  # ours: orders take long",
    "+  replicas: 3",
    "explain apps.web.health",
    "base/web/deployment.yaml:10: spec.replicas",
    "--keep local base/web/deployment.yaml",
    "web in dev: 1.0.0 in ",
    "unreleased, 1 behind",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a checkout whose environment is there already: only pip's part is left out."""
    folder = tmp_path / "checkout"
    (folder / ".venv-quickstart/bin").mkdir(parents=True)
    for name in ("scripts", "generator"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    python = folder / ".venv-quickstart/bin/python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    key = "cat requirements.lock; sed '/^\\[tool\\./,$d' pyproject.toml"
    subprocess.run(
        ["bash", "-c", f"{{ {key}; }} | cksum | tr -d '\\n' >.venv-quickstart/.complete"], cwd=folder, check=True
    )
    return folder


def run(checkout: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [checkout / "scripts/quickstart", *words], cwd=home, env={**kept, "HOME": str(home), "PYTHON": sys.executable},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


@pytest.mark.full
def test_a_new_user_sees_every_step_twice(checkout: Path, tmp_path: Path) -> None:
    for _ in range(2):
        done = run(checkout, tmp_path / "home")
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stdout + done.stderr
        assert [text for text in SHOWN if text not in done.stdout + done.stderr] == []
        assert [
            line
            for line in done.stdout.splitlines()
            if line.startswith(("     ", "$ ", "made", "next")) and len(line) > 80
        ] == []
    left = subprocess.check_output(
        ["git", "status", "--short"], cwd=checkout / "build/quickstart/shop-gitops", text=True
    )
    assert left == ""


def test_nothing_of_a_users_is_taken(checkout: Path, tmp_path: Path) -> None:
    there = tmp_path / "home/mine"
    there.mkdir(parents=True)
    (there / "file").write_text("mine")
    done = run(checkout, tmp_path / "home", "mine")
    assert (done.returncode, "there is something in it already" in done.stderr) == (1, True)
    assert (there / "file").read_text() == "mine"
