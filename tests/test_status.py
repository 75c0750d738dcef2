"""``status`` and ``check``: which image each environment has, since when, what is behind, and whose each file is."""

from __future__ import annotations

import json
import re
from pathlib import Path

from conftest import Run, git

DIGEST = "sha256:" + "c" * 64


def images(folder: Path, generator: Run) -> list[dict[str, object]]:
    done = generator("status", "--output", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["images"]


def test_before_the_first_release(repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    rows = images(repository, generator)
    assert [(row["environment"], row["tag"], row["since"], row["behind"]) for row in rows] == [
        ("dev", "unreleased", None, None), ("staging", "unreleased", None, None), ("prod", "unreleased", None, None),
    ]  # fmt: skip


def test_what_is_behind_and_since_when(repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Generate", "--date=2024-01-01T00:00:00Z")
    generator("bump", "web", "--env", "dev", "--tag", "v1", "--digest", DIGEST, "--commit", cwd=repository)
    dev, staging, prod = images(repository, generator)
    assert (dev["tag"], dev["digest"], dev["commit"]) == ("v1", DIGEST, git(repository, "rev-parse", "HEAD"))
    assert (staging["behind"], prod["behind"]) == ("dev", None)
    head, first, *_ = generator("status", cwd=repository).stdout.splitlines()
    assert head.split() == ["app", "environment", "tag", "digest", "age", "behind"]
    assert re.fullmatch(r"web +dev +v1 +sha256:c{12} +\d+ (s|min) +-", first)


def test_outside_of_git_there_is_no_age(tmp_path: Path, repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    (repository / ".git").rename(tmp_path / "elsewhere")
    assert [row["since"] for row in images(repository, generator)] == [None, None, None]


def test_an_overlay_that_is_gone_is_named(repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    (repository / "overlays/dev/web/kustomization.yaml").unlink()
    done = generator("status", cwd=repository)
    assert done.returncode == 1
    assert "overlays/dev/web/kustomization.yaml: no such file" in done.stderr
    assert "hint: " in done.stderr


def test_check_lists_whose_each_file_is(repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    generator("bump", "web", "--env", "dev", "--tag", "v1", cwd=repository)
    (repository / "base/web/pdb.yaml").unlink()
    (repository / "buildspec.yml").write_text("mine")
    service = repository / "base/web/service.yaml"
    service.write_text(service.read_text() + "# mine\n")
    done = generator("check", "--output", "json", cwd=repository)
    states = {file["path"]: file["state"] for file in json.loads(done.stdout)["files"] if file["state"] != "generated"}
    assert done.returncode == 0
    assert states == {
        "base/web/pdb.yaml": "missing", "base/web/service.yaml": "edited", "overlays/dev/web/kustomization.yaml": "pipeline",
    }  # fmt: skip
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text().replace("staging: {}, ", ""))
    done = generator("check", cwd=repository)
    assert done.returncode == 1
    assert re.search(r"overlays/staging/web/kustomization.yaml +orphaned +regenerate", done.stdout)
