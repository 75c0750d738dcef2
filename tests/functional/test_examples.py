"""Examples: each generates, is valid to the real tools, and the second run writes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from generator.spec import loader
from testing import ROOT, chart_stand_ins
from testing.programs import Run
from testing.repository import git

EXAMPLES = ROOT / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
WITH_CHARTS = sorted(name for name in NAMES if loader.load(EXAMPLES / name).charts)


@pytest.fixture
def example(name: str, tmp_path: Path) -> Path:
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder)
    git(folder, "init", "--quiet")
    return folder


@pytest.fixture
def generated(example: Path, generator: Run) -> Path:
    generate(example, generator)
    return example


def generate(folder: Path, generator: Run) -> None:
    done = generator("generate", "-q", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_a_second_run_writes_nothing(generated: Path, generator: Run) -> None:
    before = {path: path.read_bytes() for path in generated.rglob("*") if path.is_file() and ".git/" not in str(path)}
    again = generator(cwd=generated)
    assert (again.returncode, "nothing to do" in again.stdout) == (0, True)
    assert {path: path.read_bytes() for path in before} == before
    assert generator("check", cwd=generated).returncode == 0


@pytest.mark.slow
@pytest.mark.needs("kustomize", "kubeconform")
@pytest.mark.parametrize("name", sorted({*NAMES} - {*WITH_CHARTS}))
def test_what_is_generated_is_built_valid_and_permitted(generated: Path, generator: Run) -> None:
    for declared in generated.glob("overlays/*/_infra/declared.yaml"):
        # Before the first `validate`, Terraform is applied, and `outputs` writes what it gave.
        about = yaml.safe_load(declared.read_text())
        given = {name: f"{name}.example.com" for name in about["data"] if name != "_"}
        declared.with_name("outputs.yaml").write_text(yaml.safe_dump({**about, "data": given}))
    done = generator("validate", cwd=generated)
    assert (done.returncode, "invalid" in done.stdout) == (0, False), done.stderr


@pytest.mark.full
@pytest.mark.slow
@pytest.mark.needs("kustomize", "kubeconform", "helm", "crane")
@pytest.mark.parametrize("name", WITH_CHARTS)
def test_what_is_generated_with_a_chart_is_built_valid_and_permitted(
    example: Path, generator: Run, own_cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "charts").mkdir()
    with chart_stand_ins.served(example, tmp_path / "charts"):
        generate(example, generator)
        assert generator("charts", "lock", cwd=example).returncode == 0
        done = generator("validate", "--output", "json", cwd=example)
    assert done.returncode == 0, done.stderr
    results = {one["path"]: one["manifests"] for one in json.loads(done.stdout)["results"]}
    for environment in loader.load(example).environments:
        assert results[f"overlays/{environment}/db"] == 2
        assert results[f"overlays/{environment}/web"] > 2


@pytest.mark.parametrize("name", NAMES)
def test_a_readme_tells_what_it_shows(name: str) -> None:
    text = (EXAMPLES / name / "README.md").read_text()
    assert text.startswith("# ")
    assert len(text.splitlines()) > 4
    assert f"[{name}]({name}/)" in (EXAMPLES / "README.md").read_text()
