"""One branch of ours and its pull request: what is known as ours, what is left alone, and what is never replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from generator.delivery import branches, pull_request
from generator.delivery.pull_request import Published, Wanted
from generator.errors import RepositoryError
from generator.git import history
from testing.repository import git

FILE = "overlays/dev/web/kustomization.yaml"
# A branch of each command, its trailer, and the trailer that holds its hash.
KINDS = {
    "bump": ("bump/dev/web", "Release: web dev 2", pull_request.SEAL),
    "rollback": ("rollback/dev/web", "Rollback: web dev 3", pull_request.SEAL),
    "unpin": ("rollback/dev/web", "Unpin: web dev", pull_request.SEAL),
    "promote": ("promote/shop/dev/web", "Promoted-from: ci", pull_request.PROMOTED_SEAL),
}


@pytest.fixture
def bare(repository: Path, tmp_path: Path) -> Path:
    """Return a remote whose main has one file."""
    file = repository / FILE
    file.parent.mkdir(parents=True)
    file.write_text("tag: 1\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "One")
    git(tmp_path, "clone", "-q", "--bare", repository, "remote.git")
    git(repository, "remote", "add", "origin", tmp_path / "remote.git")
    return tmp_path / "remote.git"


def wanted(kind: str = "bump", tag: int = 2, superseded: Callable[[str], bool] = lambda _: False) -> Wanted:
    head, trailer, seal = KINDS[kind]

    def edit(read: Callable[[str], bytes | None]) -> Mapping[str, bytes | None]:
        return {FILE: (read(FILE) or b"").replace(b"tag: 1", b"tag: %d" % tag)}

    return Wanted(head, edit, lambda: f"Set {tag}\n\n{trailer}\n", kind, "ask", seal=seal, superseded=superseded)


def publish(bare: Path, what: Wanted, *, force: bool = False) -> Published:
    with history.clone(str(bare), "main") as clone:
        clone.fetch(branches.folder(what.head))
        return pull_request.publish(clone, what, force=force)


def amend(repository: Path, head: str, *words: str, text: str = "") -> None:
    """Do what a reviewer does to the newest commit of a branch of ours."""
    git(repository, "fetch", "-q", "origin")
    git(repository, "checkout", "-q", "-B", head, f"origin/{head}")
    if text:
        (repository / FILE).write_text(text)
    git(repository, "commit", "-q", "-a", "--amend", "--cleanup=verbatim", *words)
    git(repository, "push", "-q", "--force", "origin", f"HEAD:{head}")


@pytest.mark.thin(2)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_made_once_and_goes_on_with_what_is_newer(kind: str, bare: Path) -> None:
    first = publish(bare, wanted(kind))
    assert (first.pushed, publish(bare, wanted(kind))) == (True, Published(first.commit, pushed=False))
    assert publish(bare, wanted(kind, 3)).pushed
    assert git(bare, "rev-list", "--count", f"main..{KINDS[kind][0]}") == "1"
    assert git(bare, "show", f"{KINDS[kind][0]}:{FILE}") == "tag: 3"


@pytest.mark.thin(3)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["content", "message", "one more"])
def test_what_a_reviewer_did_is_not_replaced(what: str, kind: str, bare: Path, repository: Path) -> None:
    publish(bare, wanted(kind))
    head = KINDS[kind][0]
    if what == "content":
        amend(repository, head, "--no-edit", text="tag: 2 # reviewed\n")
    else:
        message = git(bare, "log", "-1", "--format=%B", head).replace("Set 2", "Bring 2")
        amend(repository, head, "-m", message if what == "message" else "Another one\n\nReviewed-by: Ann")
    tip = git(bare, "rev-parse", head)
    with pytest.raises(RepositoryError, match="has not made, or not like this") as caught:
        publish(bare, wanted(kind, 3))
    assert tip[:12] in caught.value.message
    assert git(bare, "rev-parse", head) == tip
    assert publish(bare, wanted(kind, 3), force=True).pushed


@pytest.mark.thin(3)
@pytest.mark.parametrize("kind", ["bump", "rollback", "unpin"])
def test_a_commit_of_an_older_version_is_known_by_its_trailer(kind: str, bare: Path, repository: Path) -> None:
    head, trailer, _ = KINDS[kind]
    publish(bare, wanted(kind))
    amend(repository, head, "-m", f"Set 2\n\n{trailer}\n")
    tip = git(bare, "rev-parse", head)
    assert publish(bare, wanted(kind)) == Published(tip, pushed=False)
    assert publish(bare, wanted(kind, 3)).pushed


def test_a_promotion_without_its_hash_is_nobodys_but_a_reviewers(bare: Path, repository: Path) -> None:
    head, trailer, _ = KINDS["promote"]
    publish(bare, wanted("promote"))
    amend(repository, head, "-m", f"Set 2\n\nRelease: web dev 2\n{trailer}\n")
    with pytest.raises(RepositoryError):
        publish(bare, wanted("promote", 3))


def test_a_merge_of_the_base_leaves_it_and_one_with_a_decision_is_a_reviewers(bare: Path, repository: Path) -> None:
    head = KINDS["bump"][0]
    publish(bare, wanted())
    (repository / "README").write_text("new\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Elsewhere")
    git(repository, "push", "-q", "origin", "HEAD:main")
    git(repository, "fetch", "-q", "origin")
    git(repository, "checkout", "-q", "-B", head, f"origin/{head}")
    git(repository, "merge", "-q", "--no-edit", "origin/main")
    git(repository, "push", "-q", "origin", f"HEAD:{head}")
    assert publish(bare, wanted()) == Published(git(bare, "rev-parse", head), pushed=False)
    (repository / "README").write_text("decided\n")
    git(repository, "commit", "-q", "-a", "--amend", "--no-edit")
    git(repository, "push", "-q", "--force", "origin", f"HEAD:{head}")
    with pytest.raises(RepositoryError):
        publish(bare, wanted())


def test_where_the_base_has_moved_it_is_made_anew_and_what_is_newer_stays(bare: Path, repository: Path) -> None:
    first = publish(bare, wanted())
    (repository / FILE).write_text("tag: 1\nnote: a\n")
    git(repository, "commit", "-qam", "A note")
    git(repository, "push", "-q", "origin", "HEAD:main")
    assert publish(bare, wanted(superseded=lambda tip: tip == first.commit)) == Published(None, pushed=False)
    assert publish(bare, wanted()).pushed
    assert git(bare, "show", f"{KINDS['bump'][0]}:{FILE}") == "tag: 2\nnote: a"


def test_a_branch_that_changes_between_the_look_and_the_push_is_looked_at_again(bare: Path, repository: Path) -> None:
    # Another run was faster: its commit is ours as well. A reviewer was: theirs stays.
    ours = wanted(tag=3)
    with history.clone(str(bare), "main") as clone:
        clone.fetch(branches.folder(ours.head))
        publish(bare, wanted())
        assert pull_request.publish(clone, ours).pushed
    with history.clone(str(bare), "main") as clone:
        clone.fetch(branches.folder(ours.head))
        amend(repository, ours.head, "--no-edit", text="tag: 3 # reviewed\n")
        with pytest.raises(RepositoryError):
            pull_request.publish(clone, wanted(tag=4))
    assert git(bare, "show", f"{ours.head}:{FILE}") == "tag: 3 # reviewed"
