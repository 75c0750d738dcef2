"""Work in a checkout of CI, which is a shallow, detached clone without credentials.

Missing commits are fetched from ``origin``, with ``GIT_USERNAME`` and ``GIT_TOKEN`` if they are set. Only objects
are added: no branch and no file of the work tree changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from generator.errors import GitError, UsageError
from generator.git import bare_repository, checkout, plumbing, trusted_hosts

# Where a branch that was fetched to compare with is kept, so that nothing of it is tidied away meanwhile.
_AGAINST: Final = "refs/gitops-generator/against"
_BRANCH: Final = "refs/heads/"


def is_archive(directory: Path) -> bool:
    """Tell whether this folder is no git work tree: it was unpacked from an archive."""
    return plumbing.around(directory) is None


def message_on(url: str, branch: str, commit_id: str) -> str:
    """Return the message of a commit from the remote; ``GitError`` if the remote does not have it."""
    with bare_repository.make(url, bare_repository.NETWORK_SECONDS, partial=True) as place:
        words = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--filter=tree:0")
        try:
            place.call(*words, "--depth=1", "origin", commit_id).results()
        except GitError:
            # Not every server gives a commit by its name; a build's is among the newest.
            place.call(*words, "--depth=50", "origin", f"refs/heads/{branch}").results()
        return place.run("log", "-1", "--format=%B", commit_id)


def message(directory: Path) -> str:
    """Return the whole message of the commit that is checked out."""
    return _run(directory, "log", "-1", "--format=%B")


def obtain(directory: Path, commit_id: str) -> bool:
    """Tell whether ``commit_id`` is available, after fetching it without history if necessary."""
    try:
        _run(directory, "cat-file", "-e", f"{commit_id}^{{commit}}")
    except GitError:
        try:
            return _fetch(directory, "--depth=1", "--", "origin", commit_id)
        except GitError:
            return False
    return True


def differing(directory: Path, commit_id: str, paths: Sequence[str]) -> list[str]:
    """Return files under ``paths`` that differ between ``commit_id`` and the commit that is checked out."""
    said = _run(directory, "diff", "--name-only", "--no-renames", "-z", commit_id, "HEAD", "--", *paths)
    return [path for path in said.split("\0") if path]


def fork_point(directory: Path, reference: str) -> str:
    """Return the merge base of HEAD and ``reference``; ``reference`` itself if the local history is too short.

    A reference like ``refs/heads/main`` is ``origin``'s, and is fetched first.

    Raises:
        UsageError: there is no such commit.
    """
    name = reference
    if reference.startswith(_BRANCH):
        if not _fetch(directory, "--", "origin", f"+{reference}:{_AGAINST}"):
            raise UsageError(f"{reference}: there is no remote named origin", "name a commit that is here")
        name = _AGAINST
    try:
        tip = _run(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except GitError as exc:
        if plumbing.FOREIGN_OWNER in exc.stderr:
            raise
        raise UsageError(f"{reference}: no such commit here", "a branch, a tag or a commit; fetch it first") from exc
    try:
        return _run(directory, "merge-base", "HEAD", tip).splitlines()[0]
    except (GitError, IndexError):
        return tip


def export(directory: Path, commit_id: str, target: Path) -> None:
    """Write the files of a commit into ``target`` unchanged; work tree and index stay as they are."""
    index = {"GIT_INDEX_FILE": str(target.parent / f"{target.name}.index")}
    _run(directory, "read-tree", commit_id, env=index)
    _run(directory, "checkout-index", "--all", f"--prefix={target}/", env=index)


def _fetch(directory: Path, *arguments: str) -> bool:
    """Fetch from ``origin``; whether there is one. ``GitError`` if it refuses."""
    url = checkout.remote_url(directory)
    if url is None:
        return False
    secret = bare_repository.token("GIT_TOKEN")
    if secret and url.startswith("http"):
        trusted_hosts.require(url, "GIT_TOKEN")
    login = bare_repository.login(url, secret)
    limits = [("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", str(bare_repository.NETWORK_SECONDS))]
    never = [("gc.auto", "0"), ("maintenance.auto", "false"), ("protocol.ext.allow", "never")]
    user = bare_repository.token("GIT_USERNAME") or "git"
    env = _environment([*login, *limits, *never]) | bare_repository.variables(secret, user)
    words = (
        "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no",
        "--upload-pack=git-upload-pack", *arguments,
    )  # fmt: skip
    plumbing.begin(*words, env=env, directory=directory).result(timeout=bare_repository.NETWORK_SECONDS)
    return True


def _run(directory: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    said = plumbing.begin(*arguments, env={**_environment([]), **(env or {})}, directory=directory).result()
    return said.decode(errors="replace").rstrip("\n")


def _environment(configuration: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Make git find the repository by the folder, whatever a hook says of another one."""
    env = plumbing.environment(Path(), [*plumbing.QUIET, *configuration])
    del env["GIT_DIR"]
    return env
