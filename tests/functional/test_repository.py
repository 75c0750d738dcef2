"""`Repository` reads commits of a checkout, a bare mirror or a remote; what is new costs what is new."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import generator
from generator import Credentials, Repository
from generator.errors import RepositoryError
from testing.repository import git
from testing.servers import git_http

OVERLAY = "overlays/{}/web/kustomization.yaml"
LOCAL = Credentials()


class Shop:
    """A repository that is released into, and its bare mirror."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.mirror = folder, folder.parent / "mirror.git"
        generator.generate(generator.GenerateRequest(folder))
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "Generate")
        git(folder.parent, "clone", "-q", "--mirror", folder, self.mirror)

    def bump(self, tag: str, *environments: str) -> str:
        """Release, and commit it."""
        generator.bump(generator.BumpRequest(["web"], environments, self.folder, tag=tag, commit=True))
        return git(self.folder, "rev-parse", "HEAD")

    def promoted(self, name: str, tag: str) -> str:
        """Merge a branch that releases, as a pull request is merged."""
        git(self.folder, "checkout", "-q", "-b", name)
        self.bump(tag, "prod")
        git(self.folder, "checkout", "-q", "main")
        git(self.folder, "merge", "-q", "--no-ff", "-m", f"Merge {name}", name)
        return git(self.folder, "rev-parse", "HEAD")


@pytest.fixture
def shop(repository: Path) -> Shop:
    return Shop(repository)


def story(shop: Shop) -> list[str]:
    """Make releases, a merge, a rollback that writes what there was before, and commits about other things."""
    made = [git(shop.folder, "rev-parse", "HEAD"), shop.bump("1.0", "dev", "prod"), shop.promoted("one", "1.1")]
    (shop.folder / "notes.txt").write_text("about nothing")
    git(shop.folder, "add", "-A")
    git(shop.folder, "commit", "-qm", "Notes")
    made += [git(shop.folder, "rev-parse", "HEAD"), shop.promoted("two", "1.0"), shop.bump("1.2", "dev")]
    generator.rollback(generator.RollbackRequest("web", "dev", shop.folder, commit=True))
    return [*made, git(shop.folder, "rev-parse", "HEAD"), shop.promoted("three", "1.2")]


@pytest.mark.full
def test_what_is_new_since_any_commit_is_the_rest_of_all(shop: Shop) -> None:
    commits = story(shop)
    repository = Repository.local(shop.folder)
    everything = repository.deployments()
    assert [one.after.image.tag for one in everything if one.environment == "prod" and one.after.image] == [
        "1.2", "1.0", "1.1", "1.0", "unreleased",
    ]  # fmt: skip
    for commit in commits:
        assert repository.deployments(since=commit) + repository.deployments(at=commit) == everything
    assert repository.deployments(since=commits[-1]) == []


def test_a_mirror_shows_what_a_fetch_has_brought(shop: Shop) -> None:
    repository = Repository.mirror(shop.mirror)
    seen = repository.tip()
    assert repository.deployments(since=seen) == []
    bumped = shop.bump("1.0", "dev")
    assert repository.tip() == seen
    git(shop.mirror, "fetch", "-q")
    new = repository.deployments(since=seen)
    assert [(one.environment, one.after.image.tag, one.commit) for one in new if one.after.image] == [
        ("dev", "1.0", bumped)
    ]
    tags = {row.environment: row.tag for row in repository.status()}
    assert tags == {"dev": "1.0", "staging": "unreleased", "prod": "unreleased"}
    before = {row.environment: (row.tag, row.commit) for row in repository.status(at=seen)}
    assert before == dict.fromkeys(tags, ("unreleased", seen))
    assert b"newTag: unreleased" in (repository.read(seen, OVERLAY.format("dev")) or b"")
    assert repository.read(bumped, "no/such/file") is None
    assert list(repository.spec(at=seen).apps) == ["web"]


def test_a_mirror_is_read_whatever_the_environment_says(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    # As in a hook of another repository.
    monkeypatch.setenv("GIT_DIR", str(shop.folder / "nowhere"))
    assert len(Repository.mirror(shop.mirror).status()) == 3


def test_local_remote_and_mirror_tell_the_same(shop: Shop) -> None:
    story(shop)
    git(shop.mirror, "fetch", "-q")
    git(shop.mirror, "config", "uploadpack.allowFilter", "true")
    local, mirror = Repository.local(shop.folder), Repository.mirror(shop.mirror)
    with remote(shop.mirror) as there:
        assert there.tip() == mirror.tip() == local.tip()
        assert there.deployments() == mirror.deployments() == local.deployments()
        assert there.status() == mirror.status() == local.status()
        first = git(shop.folder, "rev-list", "--max-parents=0", "HEAD")
        assert there.status(at=first) == mirror.status(at=first)


@contextmanager
def remote(bare: Path) -> Iterator[Repository]:
    with git_http.Server(bare.parent) as server:
        given = Credentials(GIT_USERNAME=git_http.USER, GIT_TOKEN=git_http.TOKEN)
        with Repository.remote(f"{server.url}/{bare.name}", "main", credentials=given) as found:
            yield found


def test_a_branch_that_was_rewritten_is_to_be_read_again(shop: Shop) -> None:
    gone = shop.bump("1.0", "dev")
    git(shop.mirror, "fetch", "-q")
    git(shop.folder, "commit", "-q", "--amend", "-m", "Another")
    git(shop.mirror, "fetch", "-q")
    with pytest.raises(RepositoryError, match="is not in the history of"):
        Repository.mirror(shop.mirror).deployments(since=gone)


def test_a_commit_or_branch_that_is_not_there_is_an_error(shop: Shop) -> None:
    repository = Repository.mirror(shop.mirror)
    for name in ("0" * 40, "--all", "no-such-branch"):
        with pytest.raises(RepositoryError, match="no such commit here"):
            repository.read(name, "generator.yaml")
    with pytest.raises(RepositoryError, match="no such commit here"):
        Repository.mirror(shop.mirror, "other").tip()


def test_threads_read_one_mirror_while_it_is_fetched(shop: Shop) -> None:
    repository = Repository.mirror(shop.mirror)
    seen = repository.tip()
    shop.bump("1.0", "dev")
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(repository.status()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    git(shop.mirror, "fetch", "-q")
    for thread in threads:
        thread.join()
    assert found == [3, 3, 3, 3]
    assert len(repository.deployments(since=seen)) == 1


@pytest.mark.needs("kustomize")
def test_a_mirror_is_compared_as_a_work_tree_is(shop: Shop) -> None:
    before = shop.bump("1.0", "dev", "prod")
    shop.bump("1.1", "dev")
    git(shop.mirror, "fetch", "-q", "origin")
    repository = Repository.mirror(shop.mirror)
    expected = generator.compare(generator.CompareRequest("dev", "prod", directory=shop.folder))
    assert expected.differences
    assert repository.compare("dev", "prod") == expected
    images = [one.field for one in expected.differences if "1.1" in one.texts[0]]
    assert images
    older = repository.compare("dev", "prod", ["web"], allow=["metadata.*"], at=before).differences
    assert not {one.field for one in older} & set(images)
    with pytest.raises(generator.errors.UsageError):
        repository.compare("dev", "nowhere")


def test_commits_between_two_are_those_of_a_folder(shop: Shop) -> None:
    before = git(shop.folder, "rev-parse", "HEAD")
    for name in ("web/one", "notes", "web/two"):
        (shop.folder / name).parent.mkdir(exist_ok=True)
        (shop.folder / name).write_text(name)
        git(shop.folder, "add", "-A")
        git(shop.folder, "commit", "-qm", f"Write {name}")
    after = shop.promoted("one", "1.1")
    git(shop.mirror, "remote", "update")
    mirror = Repository.mirror(shop.mirror)
    assert [one.subject for one in mirror.commits(before, after, ["web"])] == ["Write web/two", "Write web/one"]
    assert [one.subject for one in mirror.commits(before, after, ["web"], limit=1)] == ["Write web/two"]
    assert len(mirror.commits(before, after)) == 4  # the merge brings nothing of its own
    assert mirror.commits(after, after) == []
    for one, other in ((after, before), ("f" * 40, after), (before, "HEAD"), (before, "--all"), ("", after)):
        with pytest.raises(RepositoryError):
            mirror.commits(one, other)


def test_trailers_of_a_change_are_those_of_its_merge_too(shop: Shop) -> None:
    shop.promoted("one", "1.1")
    message = "Merge one\n\nFailure-of: web prod 1.0"
    git(shop.folder, "commit", "-q", "--amend", "-m", message)
    found = Repository.local(shop.folder).deployments()[0]
    assert found.trailers("Failure-of") == ["web prod 1.0"]
    assert len(found.trailers("Release")) == 1
    assert found.trailers("Nothing") == []
