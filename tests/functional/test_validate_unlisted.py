"""What is there and does nothing: files that no kustomization lists, and objects that select no pods."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testing.programs import Run, tool
from testing.repository import git

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
apps: {web: {image: shop/web, port: 80, replicas: 2, environments: {prod: {replicas: 4, labels: {team: a}}}}}
"""
BASE, PROD = "base/web/kustomization.yaml", "overlays/prod/web/kustomization.yaml"
OWN = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: shop/web}]}
"""


@pytest.fixture
def shop(tmp_path: Path, generator: Run) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "generator.yaml").write_text(SPEC)
    assert generator("generate", "-q", cwd=tmp_path).returncode == 0
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_kustomization_that_was_there_before(tmp_path: Path, generator: Run) -> None:
    tool("kustomize")
    git(tmp_path, "init", "--quiet")
    (tmp_path / "generator.yaml").write_text(SPEC)
    (tmp_path / "base/web").mkdir(parents=True)
    (tmp_path / BASE).write_text("resources: [all.yaml, service.yaml]\n")
    (tmp_path / "base/web/all.yaml").write_text(OWN)
    assert generator("generate", "--adopt", cwd=tmp_path).returncode == 0
    done = generator("check", cwd=tmp_path)
    assert done.returncode == 1
    for name in ("deployment", "service-account", "pdb"):
        assert (
            f"{BASE}:1:1 base/web/{name}.yaml: is listed nowhere, so it does nothing; list it here, or delete it"
            in done.stdout
        )
    assert (
        "base/web/service.yaml:1:1 Service/web: selects app.kubernetes.io/name=web, and no pod here has that"
        in done.stdout
    )
    assert "as the spec says, but " in done.stdout
    validated = generator("validate", cwd=tmp_path)
    assert validated.returncode == 1
    assert "base/web/deployment.yaml: is listed nowhere" in validated.stderr
    assert "Service/web: selects app.kubernetes.io/name=web, and no pod here has that" in validated.stderr


def test_all_that_is_listed_is_fine_however_it_is_written(shop: Path, generator: Run) -> None:
    edit(shop / BASE, "- service.yaml", '- "./service.yaml"  # the Service')
    edit(shop / PROD, "- path: patches/deployment.yaml", "- {path: patches/deployment.yaml}")
    done = generator("check", cwd=shop)
    assert (done.returncode, "listed nowhere" in done.stdout, done.stderr) == (0, False, "")


def test_a_file_that_is_listed_elsewhere_is_fine(shop: Path, generator: Run) -> None:
    (shop / "base/web/more").mkdir()
    (shop / "base/web/more/kustomization.yaml").write_text("resources: [../pdb.yaml]\n")
    edit(shop / BASE, "- pdb.yaml\n", "- more\n")
    assert generator("check", cwd=shop).returncode == 0


@pytest.mark.parametrize("line", ["- pdb.yaml\n", "- path: patches/deployment.yaml\n"])
def test_an_entry_that_is_commented_out_is_told_until_its_file_goes(shop: Path, generator: Run, line: str) -> None:
    file = BASE if "pdb" in line else PROD
    edit(shop / file, line, f"# {line}" if "pdb" in line else f"# {line}- path: other.yaml\n")
    done = generator("check", "--output", "json", cwd=shop)
    found = json.loads(done.stdout)
    named = f"{file.rpartition('/')[0]}/{line.split()[-1]}"
    assert (done.returncode, [fault["path"] for fault in found["idle"]]) == (1, [named])
    (shop / named).unlink()
    assert generator("check", cwd=shop).returncode == 0


def test_an_overlay_without_its_base(shop: Path, generator: Run) -> None:
    edit(shop / PROD, "- ../../../base/web", "- ../../../base/other")
    done = generator("check", cwd=shop)
    assert done.returncode == 1
    assert (
        f"{PROD}:1:1 base/web: is not built on here, so nothing of it is applied; add it to `resources`" in done.stdout
    )


def test_a_field_of_the_spec_that_was_taken_out_is_told_and_stays_out(shop: Path, generator: Run) -> None:
    text = (shop / PROD).read_text()
    start = text.index("patches:")
    (shop / PROD).write_text(text[:start])
    (shop / "overlays/prod/web/patches/deployment.yaml").unlink()
    done = generator("check", cwd=shop)
    assert done.returncode == 0
    assert f"{PROD}: has no `patches`, so what the spec says of it has no effect here" in done.stderr


def test_a_build_that_has_set_a_tag_costs_no_look(shop: Path, generator: Run) -> None:
    assert generator("bump", "web", "--env", "prod", "--tag", "7", cwd=shop).returncode == 0
    done = generator("check", cwd=shop)
    assert (done.returncode, done.stderr) == (0, "")
