"""Each recipe is generated, built by kustomize and judged as `validate` does; what it adds by hand survives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from generator.cli import main as cli
from testing.pages import Block, as_spec, blocks
from testing.programs import tool
from testing.repository import git
from testing.transcript import faults, run, steps

PAGE = "docs/guides/recipes.md"
RECIPES = [block for block in blocks(PAGE) if block.language == "yaml" and "apiVersion" not in block.text]


@pytest.fixture(autouse=True)
def tools() -> None:
    tool("kustomize")
    tool("kubeconform")


@pytest.mark.thin(3)
@pytest.mark.parametrize("block", RECIPES, ids=map(str, RECIPES))
def test_recipe(block: Block, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    spec = as_spec(block.text)
    assert spec is not None
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "generator.yaml").write_text(spec)
    for app in yaml.safe_load(spec)["apps"].values():
        if "source" in app:
            (tmp_path / app["source"]).mkdir()
    assert cli.main(["-C", str(tmp_path)]) == 0, capfd.readouterr()
    code = cli.main(["-C", str(tmp_path), "validate"])
    said = capfd.readouterr()
    assert code == 0, said


def test_what_is_written_by_hand(tmp_path: Path) -> None:
    made: list[str | Path] = [sys.executable, "-m", "generator", "init", tmp_path / "shop", "--defaults"]
    subprocess.run(made, check=True, capture_output=True)
    page = steps(PAGE)
    assert len(page) >= 4
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found = faults(page, run([step.command for step in page], tmp_path / "shop", {**os.environ, "PATH": path}, 120))
    assert not found, found[0]
    assert "LimitRange" in (tmp_path / "shop/base/web/limits.yaml").read_text()
