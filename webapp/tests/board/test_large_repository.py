"""A repository with large files beside what the board reads: they are never fetched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient

from release_board.sources.collector import Collector

if TYPE_CHECKING:
    from gitops_repository import GitOps

MEGABYTE = 2**20
# Commits, folders, and the few files that the board reads.
SMALL = MEGABYTE


def add_large(gitops: GitOps, *names: str) -> None:
    """Commit files that do not compress, beside the overlays and in the folder of an app's sources."""
    gitops.git("config", "core.compression", "0")
    for name in names:
        (gitops.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (gitops.folder / name).write_bytes(os.urandom(8 * MEGABYTE))
        gitops.commit(f"Add {name}")


def objects(mirror: Path) -> dict[str, list[str]]:
    """Return the ids of all objects of a repository by type, without fetching any."""
    words = ["git", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"]
    environment = os.environ | {"GIT_NO_LAZY_FETCH": "1"}
    said = subprocess.run(words, cwd=mirror, check=True, capture_output=True, text=True, env=environment).stdout
    found: dict[str, list[str]] = {}
    for line in said.splitlines():
        found.setdefault(line.split()[0], []).append(line.split()[1])
    return found


# It is about git, whatever the database.
@pytest.mark.thin(2)
def test_large_files_are_never_fetched(
    gitops: GitOps, collector: Collector, pages: FlaskClient, tmp_path: Path
) -> None:
    add_large(gitops, "assets/film.bin", "web/data.bin")
    gitops.bump("web", "1.0", "dev")
    add_large(gitops, "assets/film.bin")
    gitops.bump("web", "1.1", "dev")
    assert collector.collect(), collector.problem
    add_large(gitops, "assets/another.bin")
    gitops.bump("web", "1.2", "dev")
    assert collector.collect(), collector.problem
    for path in ("/", "/apps/web", "/apps/web/dev", "/delivery/web", "/activity"):
        assert pages.get(path).status_code == 200
    assert "1.2" in pages.get("/").text
    mirror = tmp_path / "mirror.git"
    assert sum(one.stat().st_size for one in mirror.rglob("*") if one.is_file()) < SMALL
    large = {gitops.git("rev-parse", f"HEAD:{name}") for name in ("assets/film.bin", "web/data.bin")}
    there = objects(mirror)
    assert not large & set(there["blob"])
    assert len(there["commit"]) == int(gitops.git("rev-list", "--count", "HEAD"))
    read = gitops.git("rev-list", "--objects", "--no-object-names", "HEAD", "--", ":!assets", ":!web").split()
    assert set(there["blob"]) <= set(read)
