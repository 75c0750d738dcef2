"""Keep one commit on a generated branch for a pull request: rebuilt from the base, never over a reviewer's work.

Bumps, rollbacks and promotions all propose an edit of the base in this way. A generated commit is recognized by its
last trailer, a hash of its message and of the files that it changes. So a commit that a reviewer has added, amended
or rebased onto other content is not replaced unless that is forced. A merge counts as generated if git makes the
same tree of its parents, as forges do when they update a branch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.delivery import change as changes
from generator.delivery import push_errors, requester
from generator.delivery.branches import BUMPS, ROLLBACKS, folder
from generator.delivery.change import Change
from generator.delivery.push_errors import Verdict
from generator.errors import GitError, PushRefused, RepositoryError
from generator.git import remote_branch as remotes
from generator.git import trailers

if TYPE_CHECKING:
    from generator.delivery.change import Edit, Read
    from generator.git.history import Clone, Commit

SEAL: Final = "Content-hash"
# What promotions have called it from the first version on.
PROMOTED_SEAL: Final = "Promoted-content"
# By which trailers version 0.1 knew its commits on these branches, which had no hash.
_UNSEALED: Final = {BUMPS: ("Release",), ROLLBACKS: ("Rollback", "Unpin")}
# How often a branch is looked at again that changes between the look and the push.
_TRIES: Final = 3


class Wanted(NamedTuple):
    """Content that a generated branch should have.

    Attributes:
        head: The branch's name.
        edit: Makes the files, from a reader of the base's newest commit.
        message: Gives the commit's message, without its hash, once ``edit`` has run.
        command: The command that makes it, for messages.
        hint: What a user does about a reviewer's commits.
        paths: The files that ``edit`` reads, as far as they are known.
        sign: Sign the commit.
        seal: The trailer that holds the hash.
        expected: The files at a commit of the branch that needs no change; None: what ``edit`` makes of the base.
        same_message: Make the commit anew where only its message differs.
        superseded: Tells whether the branch's tip has something newer, so that it stays as it is. author: The
        commit's author (name and address), if that is not the committer.
    """

    head: str
    edit: Edit
    message: Callable[[], str]
    command: str
    hint: str
    paths: Sequence[str] = ()
    sign: bool = False
    seal: str = SEAL
    expected: Callable[[str], Mapping[str, bytes | None]] | None = None
    same_message: bool = True
    superseded: Callable[[str], bool] = lambda _: False
    author: str | None = None


class Published(NamedTuple):
    """The branch's commit (None: there is nothing to change), and whether this run has pushed it."""

    commit: str | None
    pushed: bool


def publish(clone: Clone, wanted: Wanted, *, force: bool = False) -> Published:
    """Update the branch to the wanted content, unless it has it already.

    Args:
        clone: A clone in which the base and the branches of this ``folder`` have been fetched.
        wanted: The content for the branch.
        force: Replace commits of reviewers, too.

    Raises:
        RepositoryError: The branch holds commits of reviewers.
        PushRefused: The server refuses the push.
    """
    for tries_left in reversed(range(_TRIES)):
        if not force:
            require_ours(clone, wanted.head, wanted.command, wanted.hint)
        tip = clone.branches.get(wanted.head)
        if tip and wanted.superseded(tip):
            return Published(None, pushed=False)
        if holds(clone, wanted):
            return Published(tip, pushed=False)
        try:
            commit = _push(clone, wanted)
        except PushRefused as exc:
            if not tries_left or push_errors.verdict(exc.stderr) is not Verdict.MOVED:
                raise
            clone.fetch(folder(wanted.head))  # another run has changed it since we looked
        else:
            return Published(commit, pushed=commit is not None)
    raise AssertionError("the last try returns or raises")


def _push(clone: Clone, wanted: Wanted) -> str | None:
    """Replace what was seen on the branch, and nothing that came since."""
    files: dict[str, bytes | None] = {}

    def edit(read: Read) -> Mapping[str, bytes | None]:
        files.clear()
        files.update(wanted.edit(read))
        return files

    return propose(
        clone.url, clone.branch, wanted.head, edit, lambda: sealed(wanted.message(), files, wanted.seal),
        paths=wanted.paths, sign=wanted.sign, seen=clone.branches.get(wanted.head, ""),
        author=wanted.author,
    )  # fmt: skip


def propose(
    url: str,
    base: str,
    head: str,
    edit: Edit,
    message: str | Callable[[], str],
    *,
    paths: Sequence[str] = (),
    sign: bool = False,
    seen: str | None = None,
    author: str | None = None,
) -> str | None:
    """Push an edit of ``base``'s tip to the branch ``head``, for a pull request; return the commit.

    The commit of ``head`` is replaced if it still is the one that was ``seen``: a commit, or nothing (empty). By
    default, the remote is asked for it. ``None`` if there is nothing to change.
    """
    with remotes.connect(url, base) as remote:
        change = Change(edit, message if callable(message) else lambda: message, paths, sign, author=author)
        commit = changes.commit(remote, remote.fetch(), change)
        if commit is not None:
            lease = (head, (remote.tip(head) or "") if seen is None else seen)
            try:
                remote.push(f"{commit}:refs/heads/{head}", lease=lease)
            except GitError as exc:
                raise push_errors.refused(head, exc) from exc
        return commit


def holds(clone: Clone, wanted: Wanted) -> bool:
    """Tell whether the branch has exactly this, on unchanged base files: then a push would only lose approvals.

    Merges of the base into the branch change nothing.
    """
    tip = clone.branches.get(wanted.head)
    own = clone.beyond(wanted.head)
    edits = [commit for commit in own if len(commit.parents) < 2]
    base = clone.forked(tip) if tip else None
    if tip is None or base is None or len(edits) != 1 or not all(_is_ours(clone, one, wanted.head) for one in own):
        return False
    files = wanted.expected(tip) if wanted.expected else wanted.edit(lambda path: clone.read(clone.tip, path))
    if edits[0].blobs.keys() != files.keys():
        return False
    said, wished = (requester.removed(text.strip("\n")) for text in (_unsealed(edits[0].message), wanted.message()))
    if wanted.same_message and said != wished:
        return False
    return all(
        clone.read(tip, path) == content and clone.read(base, path) == clone.read(clone.tip, path)
        for path, content in files.items()
    )


def require_ours(clone: Clone, head: str, command: str, hint: str) -> None:
    """Raise ``RepositoryError`` with the commits of reviewers on a generated branch, if there are any."""
    if theirs := reviewers(clone, head):
        names = "\n".join(f"  {commit.id[:12]} {commit.subject}" for commit in theirs)
        what = f"{head} holds commits that `{command}` has not made, or not like this; nothing was done"
        raise RepositoryError(f"{what}:\n{names}", hint)


def reviewers(clone: Clone, head: str) -> list[Commit]:
    """Return the commits on a generated branch that the generator has not made."""
    return [commit for commit in clone.beyond(head) if not _is_ours(clone, commit, head)]


def sealed(message: str, files: Mapping[str, bytes | None], name: str = SEAL) -> str:
    """Return a commit's message with a last trailer: a hash of it and of the files, of which None are removed."""
    text = message.strip("\n")
    digest = hashlib.blake2b(text.encode(), digest_size=16)
    for path, content in sorted(files.items()):
        digest.update(f"\0{path}\0{'-' if content is None else len(content)}\0".encode())
        digest.update(content or b"")
    return f"{text}\n{name}: {digest.hexdigest()}\n"


def _is_ours(clone: Clone, commit: Commit, head: str) -> bool:
    if len(commit.parents) > 1:
        return clone.is_plain_merge(commit)
    seal = commit.message.rpartition("\n")[2].partition(": ")[0]
    if seal in (SEAL, PROMOTED_SEAL):
        contents = clone.contents(commit.blobs.values())
        files = {path: contents[blob] if blob else None for path, blob in commit.blobs.items()}
        return sealed(_unsealed(commit.message), files, seal).strip("\n") == commit.message
    known = next((names for prefix, names in _UNSEALED.items() if head.startswith(prefix)), ())
    found = {name for name, _ in trailers.parse(commit.message)}
    return bool(found & {*known}) and not found & {SEAL, PROMOTED_SEAL}


def _unsealed(message: str) -> str:
    text, _, last = message.rpartition("\n")
    return text if last.startswith((f"{SEAL}: ", f"{PROMOTED_SEAL}: ")) else message
