"""An app of several workloads through the commands: released, built and shown as one; and made of one that was alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from testing.programs import Run, tool
from testing.repository import TEN_LINES, edit, files, git
from testing.templates import Templates

DIGEST = f"sha256:{'1' * 64}"
SHARED = """\
    config: {LEVEL: info}
    migration: {command: [migrate]}
"""
WORKLOADS = """\
    workloads:
      web: {}
      worker: {port: null, health: null, command: [work], config: {LEVEL: debug}}
      nightly: {kind: CronJob, schedule: "@daily"}
      index: {kind: StatefulSet, volumeClaimTemplates: {data: {size: 1Gi, mountPath: /data}}}
"""


def several(more: str = SHARED) -> str:
    """Return a spec with further workloads of its app."""
    return TEN_LINES.replace("    port: 8080\n", f"    port: 8080\n{more}{WORKLOADS}")


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return a repository with an app of several workloads, committed."""

    def make() -> None:
        (repository / "generator.yaml").write_text(several())
        commit(repository, generator)

    templates.fill("workloads", make)
    return repository


def commit(folder: Path, generator: Run) -> None:
    assert generator("generate", "-q", cwd=folder).returncode == 0
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Generate")


def built(folder: Path, generator: Run, environment: str) -> list[dict[str, Any]]:
    tool("kustomize")
    done = generator("render", "web", "-e", environment, cwd=folder)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def images(manifests: list[dict[str, Any]]) -> dict[str, str]:
    """Return the image of each object that runs pods."""
    found = {}
    for manifest in manifests:
        spec = manifest.get("spec") or {}
        template = spec.get("template") or spec.get("jobTemplate", {}).get("spec", {}).get("template")
        if template:
            name = f"{manifest['kind']}/{manifest['metadata']['name']}"
            found[name] = template["spec"]["containers"][0]["image"]
    return found


def test_one_bump_moves_all_of_them_by_one_line(shop: Path, generator: Run) -> None:
    before = files(shop)
    done = generator("bump", "web", "--env", "dev", "--tag", "2.0", "--digest", DIGEST, cwd=shop)
    assert done.returncode == 0, done.stderr
    after = files(shop)
    assert [path for path in after if after[path] != before[path]] == ["overlays/dev/web/kustomization.yaml"]
    found = images(built(shop, generator, "dev"))
    assert [*found] == [
        "Deployment/web", "Deployment/web-worker", "StatefulSet/web-index", "CronJob/web-nightly", "Job/web-migrate",
    ]  # fmt: skip
    assert {image.partition(":")[2] for image in found.values()} == {f"2.0@{DIGEST}"}


def test_the_migration_runs_once_and_before_all_of_them(shop: Path, generator: Run) -> None:
    manifests = built(shop, generator, "dev")
    waves = {
        f"{one['kind']}/{one['metadata']['name'].partition('-config-')[0]}": int(
            (one["metadata"].get("annotations") or {}).get("argocd.argoproj.io/sync-wave", "0")
        )
        for one in manifests
    }
    assert [name for name, wave in waves.items() if wave == -1] == ["Job/web-migrate"]
    assert {name for name, wave in waves.items() if wave < -1} == {
        "ConfigMap/web",
        "ConfigMap/web-worker",
        "ServiceAccount/web",
    }


def test_its_image_is_built_once(repository: Path, generator: Run) -> None:
    text = several().replace("    port: 8080\n", "    source: web\n    port: 8080\n")
    (repository / "generator.yaml").write_text(text)
    (repository / "web").mkdir()
    (repository / "web/Dockerfile").write_text("FROM scratch\n")
    commit(repository, generator)
    buildspec = (repository / "buildspec.yml").read_text()
    assert buildspec.count("docker buildx build") == 1


def test_it_is_valid_and_shown_as_one_app(shop: Path, generator: Run) -> None:
    assert generator("validate", cwd=shop).returncode == 0
    status = json.loads(generator("status", "--output", "json", cwd=shop).stdout)["images"]
    assert [row["app"] for row in status] == ["web"] * 3
    (listed,) = json.loads(generator("list", "--output", "json", cwd=shop).stdout)["apps"]
    assert listed["replicas"]["dev"] == {"web": 2, "worker": 2, "nightly": None, "index": 2}
    said = generator("explain", "base/web/worker-deployment.yaml", cwd=shop)
    assert said.returncode == 0, said.stderr
    compared = generator("compare", "dev", "prod", "web", cwd=shop)
    assert "Deployment/web-worker" in compared.stdout


def test_an_app_of_one_that_becomes_several_keeps_its_object_its_tag_and_edits(
    repository: Path, generator: Run
) -> None:
    spec = repository / "generator.yaml"
    spec.write_text(TEN_LINES)
    commit(repository, generator)
    generator("bump", "web", "--env", "dev", "--tag", "2.0", "--digest", DIGEST, cwd=repository)
    edit(repository, "base/web/deployment.yaml", ("replicas: 2\n", "replicas: 2 # enough\n  paused: false\n"))
    edit(repository, "overlays/prod/web/kustomization.yaml", ("namespace:", "# ours\nnamespace:"))
    (deployment,) = (one for one in built(repository, generator, "dev") if one["kind"] == "Deployment")
    before = files(repository)
    spec.write_text(several(""))
    done = generator("generate", cwd=repository)
    assert done.returncode == 0, done.stderr
    after = files(repository)
    kept = {"base/web/deployment.yaml", "base/web/service.yaml", "overlays/dev/web/kustomization.yaml"}
    assert {path for path in kept if before[path] != after[path]} == set()
    assert b"# ours" in after["overlays/prod/web/kustomization.yaml"]
    (same, _) = (one for one in built(repository, generator, "dev") if one["kind"] == "Deployment")
    assert same == deployment
    assert {path for path in before if path not in after} == set()


def test_a_workload_that_goes_takes_its_files_and_leaves_what_was_edited(shop: Path, generator: Run) -> None:
    text = (shop / "generator.yaml").read_text()
    (shop / "generator.yaml").write_text(text.replace('      nightly: {kind: CronJob, schedule: "@daily"}\n', ""))
    done = generator("generate", "--prune", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "the CronJob web-nightly goes" in done.stdout + done.stderr
    assert not (shop / "base/web/nightly-cronjob.yaml").exists()
    assert "nightly" not in (shop / "base/web/kustomization.yaml").read_text()
