"""Publish an edit: fetch, edit, commit, push, until it has landed; then read it back.

When somebody else was faster, the *edit* is applied again to the new tip; no
text is ever rebased, so two builds that touch the same file do not conflict.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from generator import git
from generator.errors import GitError, PushRefused

Read = Callable[[str], bytes | None]
Edit = Callable[[Read], Mapping[str, bytes]]

ATTEMPTS: Final = 12
FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 5.0
# How servers say that the branch has moved in the meantime; anything else is final.
MOVED: Final = (
    "non-fast-forward",
    "fetch first",
    "cannot lock ref",
    "failed to lock",
    "incorrect old value provided",
    "stale info",
    "remote ref updated since checkout",
    "reference already exists",
    "failed to update ref",
)


@dataclass(frozen=True, slots=True)
class Published:
    """``commit`` is what the branch's tip holds our edit since; ``None`` where there was nothing to change."""

    commit: str | None
    attempts: int


def publish(url: str, branch: str, edit: Edit, message: str) -> Published:
    """Land an edit on a branch. ``edit`` gets a reader of the tip's files and returns those that change.

    ``PushRefused`` when the server will never take it, or when the branch
    moved before each of ``ATTEMPTS`` tries.
    """
    with git.remote(url, branch) as remote:
        author = remote.identity()
        for attempt in range(1, ATTEMPTS + 1):
            tip = remote.fetch()
            files = edit(lambda path, tip=tip: remote.read(tip, path))  # type: ignore[misc]
            if not files:
                return Published(None, attempt)
            commit = remote.commit(tip, files, message, author)
            try:
                remote.push(commit)
            except GitError as exc:
                if not moved(exc.stderr):
                    raise PushRefused(
                        f"{branch}: the push was refused: {_reason(exc)}", exc.hint or "ask who guards the branch"
                    ) from exc
                time.sleep(_pause(attempt))
                continue
            _read_back(remote, commit)
            return Published(commit, attempt)
    raise PushRefused(f"{branch}: moved before each of {ATTEMPTS} tries", "run it again when fewer builds are pushing")


def propose(url: str, base: str, head: str, edit: Edit, message: str) -> str | None:
    """Put an edit of ``base``'s tip on the branch ``head`` of its own, for a pull request; returns the commit.

    What ``head`` held before is replaced: it is ours alone. ``None`` where there is nothing to change.
    """
    with git.remote(url, base) as remote:
        tip = remote.fetch()
        files = edit(lambda path: remote.read(tip, path))
        if not files:
            return None
        commit = remote.commit(tip, files, message, remote.identity())
        remote.push(commit, head, replace=True)
        return commit


def moved(said: str) -> bool:
    """Whether a refusal means that the branch has moved, so that the next try may succeed."""
    lower = said.lower()
    return any(wording in lower for wording in MOVED)


def _pause(attempt: int) -> float:
    """Exponential, with full jitter, so that losers of one race do not meet again."""
    return random.uniform(0, min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311


def _read_back(remote: git.Remote, commit: str) -> None:
    """Trust the remote, not the push's exit status. A later commit on top of ours is fine."""
    tip = remote.tip()
    if tip is None:
        raise PushRefused(f"{remote.branch}: is gone from the remote after the push", "look at the remote's log")
    if tip != commit and not remote.contains(tip, commit):
        raise PushRefused(f"{remote.branch}: does not hold {commit[:12]} after the push", "look at the remote's log")


def _reason(exc: GitError) -> str:
    lines = [line for line in exc.stderr.splitlines() if "rejected" in line or "remote:" in line or "fatal:" in line]
    return "\n".join(lines or exc.stderr.splitlines()[-5:] or [exc.message])
