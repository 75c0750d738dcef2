"""``doctor`` tells what is missing on this machine, with the fix."""

from __future__ import annotations

import json
from pathlib import Path

from testing.programs import Run, tool
from testing.repository import git


def states(generator: Run, folder: Path, **env: str) -> tuple[int, dict[str, str], str]:
    done = generator("doctor", "-o", "json", cwd=folder, env=env)
    checks = json.loads(done.stdout)["checks"]
    return done.returncode, {one["name"]: one["state"] for one in checks}, done.stdout


def test_all_is_well(repository: Path, generator: Run) -> None:
    tool("kustomize")
    tool("kubeconform")
    code, found, _ = states(generator, repository)
    assert (code, found["git"], found["kustomize"], found["generator.yaml"]) == (0, "ok", "ok", "ok")
    assert (found["forge"], found["Argo CD"]) == ("optional", "optional")


def test_what_is_missing_is_told_with_the_fix(repository: Path, generator: Run, tmp_path: Path) -> None:
    (repository / "generator.yaml").write_text("version: 1\n")
    code, found, text = states(generator, repository, GENERATOR_CACHE=str(tmp_path / "empty"), PATH="/usr/bin:/bin")
    assert (code, found["kustomize"], found["generator.yaml"]) == (1, "missing", "missing")
    assert "python -m generator tools install" in text


def test_the_fix_is_spelled_as_the_program_was_called(repository: Path, generator: Run) -> None:
    done = generator("doctor", cwd=repository)
    assert "ARGOCD_SERVER" in done.stdout


def test_a_branch_that_argo_cd_does_not_read_is_told(repository: Path, generator: Run) -> None:
    assert states(generator, repository)[1]["branch"] == "ok"
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Begin")
    git(repository, "switch", "--quiet", "--create", "feature")
    assert states(generator, repository)[1]["branch"] == "ok"
    git(repository, "branch", "--quiet", "--delete", "--force", "main")
    code, found, text = states(generator, repository)
    assert (code, found["branch"]) == (1, "missing")
    assert "Argo CD reads main, and this repository has only feature" in text
    assert "git branch -m main" in text
    git(repository, "update-ref", "refs/remotes/origin/main", "HEAD")
    assert states(generator, repository)[1]["branch"] == "ok"
