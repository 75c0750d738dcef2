"""An app on ECS by the same commands as on EKS: released, compared, validated, merged with edits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testing.programs import Run
from testing.repository import git

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {}, staging: {target: ecs}, prod: {target: ecs}}
apps:
  web:
    image: shop/web
    port: 8080
    config: {LOG_LEVEL: info}
    environments: {prod: {replicas: 3}}
"""
DEFINITION = "overlays/prod/web/task-definition.json"


@pytest.fixture
def place(tmp_path: Path, generator: Run) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "generator.yaml").write_text(SPEC)
    done(generator, tmp_path, "generate")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "Generate")
    return tmp_path


def done(generator: Run, place: Path, *words: str, code: int = 0) -> str:
    found = generator(*words, "-C", str(place))
    assert found.returncode == code, found.stdout + found.stderr
    return found.stdout + found.stderr


def test_no_application_and_no_base_is_generated_for_ecs(place: Path) -> None:
    assert (place / "gitops/applications/dev/web.yaml").exists()
    assert not (place / "gitops/applications/prod/web.yaml").exists()
    assert sorted(path.name for path in (place / "overlays/prod/web").iterdir()) == [
        "kustomization.yaml", "service.json", "task-definition.json",
    ]  # fmt: skip


def test_a_release_sets_the_entry_and_compare_shows_the_task(place: Path, generator: Run) -> None:
    done(generator, place, "bump", "web", "--env", "prod", "--tag", "1.4.2")
    assert 'newTag: "1.4.2"' in (place / "overlays/prod/web/kustomization.yaml").read_text()
    assert "1.4.2" not in (place / DEFINITION).read_text()
    text = done(generator, place, "compare", "staging", "prod", code=0)
    assert "shop/web:1.4.2" in text
    assert "desiredCount" in text


def test_edits_of_json_are_kept(place: Path, generator: Run) -> None:
    path = place / DEFINITION
    path.write_text(path.read_text().replace('"cpu": "256"', '"cpu":   "512"').replace('"512",', '"1024",', 1))
    (place / "generator.yaml").write_text(SPEC.replace("LOG_LEVEL: info", "LOG_LEVEL: debug"))
    done(generator, place, "generate")
    found = json.loads(path.read_text())
    assert '"cpu":   ' in path.read_text()
    assert found["containerDefinitions"][0]["environment"] == [{"name": "LOG_LEVEL", "value": "debug"}]
    assert f"{DEFINITION}  edited" in done(generator, place, "check")


@pytest.mark.slow
@pytest.mark.needs("kustomize", "kubeconform")
def test_what_ecs_would_refuse_is_invalid(place: Path, generator: Run) -> None:
    done(generator, place, "validate")
    path = place / DEFINITION
    text = path.read_text()
    for before, after, said in (
        ('"FARGATE"', '"FARGAT"', "'FARGAT' is none of"),
        ('"memory": "512"', '"memory": "700"', "256 CPU units and 700 MiB"),
        ('"essential"', '"essentiel"', "essentiel"),
        ('shop/web"', 'shop/wob"', "no container has the overlay's image"),
        ('"family"', "family", "is not JSON"),
    ):
        path.write_text(text.replace(before, after, 1))
        assert said in done(generator, place, "validate", code=1)


def test_deploy_is_for_ecs_and_for_what_was_released(place: Path, generator: Run) -> None:
    assert "not on ECS" in done(generator, place, "deploy", "web", "--env", "dev", code=2)
    assert "never released" in done(generator, place, "deploy", "web", "--env", "prod", code=1)


@pytest.mark.needs("kustomize", "kubeconform")
def test_where_all_is_on_ecs_nothing_is_generated_for_argo_cd(tmp_path: Path, generator: Run) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "generator.yaml").write_text(SPEC.replace("dev: {}, ", ""))
    done(generator, tmp_path, "generate")
    assert not (tmp_path / "gitops").exists()
    assert not (tmp_path / "base").exists()
    done(generator, tmp_path, "validate")
