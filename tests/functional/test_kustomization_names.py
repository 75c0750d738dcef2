"""kustomize takes three names for a kustomization; all commands here look for one, and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.programs import Run
from testing.repository import clone_as_origin, generate_for_remote, git

OVERLAY = "overlays/dev/web"
HERE = [
    ("generate",),
    ("check",),
    ("diff",),
    ("diff", "--rendered"),
    ("explain", f"{OVERLAY}/kustomization.yaml"),
    ("validate",),
]
BY_ONE_FILE = [
    ("bump", "web", "--env", "dev", "--tag", "v2"),
    ("bump", "web", "--env", "dev", "--tag", "v2", "--push"),
    ("rollback", "web", "--env", "dev"),
    ("promote", "web", "--from", "dev", "--to", "prod", "--push"),
    ("status",),
]


@pytest.mark.parametrize("name", ["kustomization.yml", "Kustomization"])
def test_a_kustomization_of_another_name_is_told_with_the_command_that_helps(
    name: str, repository: Path, generator: Run
) -> None:
    clone_as_origin(repository, generate_for_remote(repository, generator))
    assert generator("bump", "web", "--env", "dev", "--tag", "v1", "--commit", cwd=repository).returncode == 0
    git(repository, "mv", f"{OVERLAY}/kustomization.yaml", f"{OVERLAY}/{name}")
    git(repository, "commit", "--quiet", "-m", "Another name")
    git(repository, "push", "--quiet", "origin", "HEAD")
    for words in HERE:
        told = generator(*words, cwd=repository)
        assert (told.returncode, f"  {OVERLAY}/{name}\n" in told.stderr) == (1, True), words
        assert f"hint: git mv {OVERLAY}/{name} {OVERLAY}/kustomization.yaml\n" in told.stderr, words
    for words in BY_ONE_FILE:
        told = generator(*words, cwd=repository)
        assert told.returncode == (0 if words == ("status",) else 1), (words, told.stderr)
        assert f"has another name: git mv {OVERLAY}/kustomization.yml {OVERLAY}/kustomization.yaml" in told.stderr
    assert git(repository, "status", "--porcelain") == ""
    git(repository, "mv", f"{OVERLAY}/{name}", f"{OVERLAY}/kustomization.yaml")
    assert generator("check", cwd=repository).returncode == 0
