"""`update_mirror`: a bare copy that has the commits of a branch, and only the files that say what runs where."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import generator
from generator import MirrorRequest, Repository
from generator.errors import GitError, RepositoryError, UsageError
from testing.repository import git
from testing.templates import Templates


@pytest.fixture
def remote(templates: Templates, repository: Path) -> Path:
    """Make a repository that hands out parts of itself, as forges do, with a large file beside what is generated."""

    def make() -> None:
        generator.generate(generator.GenerateRequest(repository))
        (repository / "web").mkdir(exist_ok=True)
        (repository / "web/movie").write_bytes(b"a large file" * 1000)
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "Generate")
        for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            git(repository, "config", name, "true")

    templates.fill("mirror", make)
    return repository


def blobs(mirror: Path) -> int:
    """Count the files that a mirror has."""
    said = git(mirror, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    return said.split().count("blob")


def update(mirror: Path, remote: Path, branch: str = "main") -> str:
    return generator.update_mirror(MirrorRequest(mirror, remote.as_uri(), branch)).tip


def test_it_has_all_commits_and_only_files_that_are_read(remote: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "made/mirror.git"
    assert update(mirror, remote) == git(remote, "rev-parse", "HEAD")
    movie = git(remote, "rev-parse", "HEAD:web/movie")
    there = git(mirror, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    assert movie not in there
    assert len(Repository.mirror(mirror).deployments()) == 3


def test_an_update_brings_what_is_new(remote: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror.git"
    update(mirror, remote)
    before, seen = blobs(mirror), Repository.mirror(mirror).tip()
    generator.bump(generator.BumpRequest(["web"], ["dev"], remote, tag="1.0", commit=True))
    assert update(mirror, remote) == git(remote, "rev-parse", "HEAD") != seen
    assert blobs(mirror) == before + 1
    assert [one.after.image.tag for one in Repository.mirror(mirror).deployments(since=seen) if one.after.image] == [
        "1.0"
    ]
    assert update(mirror, remote) == Repository.mirror(mirror).tip()


def test_it_has_what_the_spec_includes(remote: Path, tmp_path: Path) -> None:
    (remote / "teams/kept").mkdir(parents=True)
    apps = "apps:\n  {0}: {{image: shop/{0}, port: 8080, health: /healthz}}\n"
    for name in ("cart", "orders"):
        (remote / f"teams/{name}.yaml").write_text(apps.format(name))
    (remote / "teams/kept/other.yaml").write_text("apps: {}")
    spec = remote / "generator.yaml"
    git(remote, "add", "-A")
    git(remote, "commit", "-qm", "Write files that nothing includes yet")
    mirror = tmp_path / "mirror.git"
    update(mirror, remote)
    before = blobs(mirror)
    spec.write_text(f"{spec.read_text()}include: [teams/*.yaml]\n")
    git(remote, "commit", "-qam", "Include them")
    update(mirror, remote)
    assert {"cart", "orders"} <= Repository.mirror(mirror).spec().apps.keys()
    assert blobs(mirror) == before + 3


def test_it_has_what_was_reverted_before_a_merge(remote: Path, tmp_path: Path) -> None:
    git(remote, "branch", "other")
    generator.bump(generator.BumpRequest(["web"], ["dev"], remote, tag="1.0", commit=True))
    git(remote, "revert", "--no-edit", "HEAD")
    git(remote, "checkout", "-q", "other")
    (remote / "web/notes").write_text("about nothing")
    git(remote, "add", "-A")
    git(remote, "commit", "-qm", "Notes")
    git(remote, "checkout", "-q", "main")
    git(remote, "merge", "-q", "--no-ff", "-m", "Merge other", "other")
    mirror = tmp_path / "mirror.git"
    update(mirror, remote)
    assert Repository.mirror(mirror).deployments() == Repository.local(remote).deployments()


def test_a_branch_that_was_forced_back_is_followed(remote: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror.git"
    kept = git(remote, "rev-parse", "HEAD")
    generator.bump(generator.BumpRequest(["web"], ["dev"], remote, tag="1.0", commit=True))
    update(mirror, remote)
    git(remote, "reset", "-q", "--hard", kept)
    assert update(mirror, remote) == kept == Repository.mirror(mirror).tip()


def test_an_update_that_was_ended_is_finished_by_the_next(remote: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror.git"
    update(mirror, remote)
    generator.bump(generator.BumpRequest(["web"], ["dev"], remote, tag="1.0", commit=True))
    # Its commits have come, and nothing else has.
    git(mirror, "fetch", "-q", "--filter=blob:none", remote.as_uri(), "+refs/heads/main:refs/fetched/main")
    (mirror / "config").write_text("")
    update(mirror, remote)
    assert Repository.mirror(mirror).status()[0].tag == "1.0"


@pytest.mark.full
def test_several_processes_take_turns(remote: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror.git"
    code = "import sys, generator, pathlib; print(generator.update_mirror(generator.MirrorRequest(pathlib.Path(sys.argv[1]), sys.argv[2])).tip)"
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(mirror), remote.as_uri()], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = {process.communicate()[0].strip() for process in running}
    assert said == {git(remote, "rev-parse", "HEAD")}


@pytest.mark.parametrize(
    ("url", "branch", "error"),
    [
        ("--upload-pack=touch", "main", UsageError),
        ("file:///nowhere.git", "main", GitError),
        ("ext::sh -c touch", "main", GitError),
    ],
)
def test_what_is_no_repository_is_refused(url: str, branch: str, error: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(error):
        generator.update_mirror(MirrorRequest(tmp_path / "mirror.git", url, branch))


def test_a_folder_that_cannot_be_written_is_named(remote: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RepositoryError, match="file"):
        update(tmp_path / "file", remote)
