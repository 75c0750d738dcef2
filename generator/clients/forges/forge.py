"""Define the operations on pull requests that every forge supports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol

from generator.escaping import harmless

State = Literal["open", "merged", "closed"]
Decision = Literal["approved", "changes requested", "review required"]
Checks = Literal["passed", "failed", "running"]
TIMEOUT_SECONDS: Final = 30
_CUT: Final = "\n\n(cut here: the forge takes no more)"


@dataclass(frozen=True, slots=True)
class Review:
    """State of a request's review; ``None``: the forge does not report it.

    ``author``, ``reviewers`` (requested, without an answer yet) and ``approvers`` are names on the forge.
    ``created`` is in seconds since 1970. ``ready``: by the forge's own rules it can be merged now.
    """

    author: str | None = None
    created: int | None = None
    draft: bool | None = None
    reviewers: tuple[str, ...] | None = None
    approvers: tuple[str, ...] | None = None
    decision: Decision | None = None
    checks: Checks | None = None
    ready: bool | None = None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull or merge request. ``number`` is as the forge shows it; ``head`` and ``base`` are branches.

    ``mergeable`` is ``None`` if the forge does not know it (yet). ``merge_commit`` is set after the merge.
    """

    number: str
    url: str
    title: str
    body: str
    head: str
    base: str
    state: State
    mergeable: bool | None = None
    merge_commit: str | None = None
    review: Review = field(default_factory=Review, compare=False)


@dataclass(frozen=True, slots=True)
class Labeled:
    """An open request that has a label, of a fork or not: the commit at its head, and when it got the label last.

    The time is in seconds since 1970.
    """

    request: PullRequest
    commit: str
    since: int


class Forge(Protocol):
    """A repository on a forge, seen through its pull requests.

    Every method raises ``ForgeError`` with the server's own reason, credentials
    never in it. Times out after ``TIMEOUT_SECONDS``; waits out rate limits.
    ``body_limit`` is how many characters a body may have; longer ones are cut.
    """

    body_limit: int

    def requests(
        self, base: str, prefix: str = "", state: State = "open", *, exact: bool = False, forks: bool = False
    ) -> list[PullRequest]:
        """List all requests into ``base`` whose head begins with ``prefix``, the newest first.

        Args:
            base: the branch that they are to be merged into.
            prefix: what their branches' names begin with.
            state: open, or all.
            exact: only those whose head is ``prefix``, which most forges find faster.
            forks: include requests of forks, whose branches may have the same names as the generator's.
        """

    def open(
        self, head: str, base: str, title: str, body: str, reviewers: Sequence[str] = (), labels: Sequence[str] = ()
    ) -> PullRequest:
        """Open a new one.

        ``reviewers`` are users (``ann``, ``@ann``) and teams (``acme/platform``). They are
        asked, and ``labels`` set, where the forge can; unknown ones are no error.
        """

    def update(self, request: PullRequest, title: str, body: str) -> PullRequest:
        """Set another title and body."""

    def comment(self, request: PullRequest, text: str, marker: str) -> None:
        """Write a comment, or replace the token user's earlier one with ``marker`` (the text contains it, too).

        If the forge does not report the token's user, no comment is replaced.
        """

    def close(self, request: PullRequest, reason: str) -> None:
        """Close it unmerged, with the reason as a comment; a closed one is left alone."""

    def merge(self, request: PullRequest, commit: str) -> PullRequest:
        """Merge it, if its head still is ``commit``."""


class LabelingForge(Forge, Protocol):
    """A forge whose requests have labels: GitHub, GitLab and Gitea."""

    def labeled(self, label: str) -> list[Labeled]:
        """List the open requests that have a label, into whatever branch, the newest first."""

    def unlabel(self, request: PullRequest, label: str) -> None:
        """Remove a label, if it is there."""


class ReviewingForge(Forge, Protocol):
    """A forge that reports reviews and checks of all open requests in one query: GitHub."""

    def reviewed(self, requests: Sequence[PullRequest]) -> list[PullRequest]:
        """Return the same requests with their ``review``, if the forge reports it."""


def epoch(time: str) -> int:
    """Return a time as forges write it (RFC 3339) in seconds since 1970."""
    return int(datetime.fromisoformat(time).timestamp())


def clipped(text: str, limit: int) -> str:
    """Return ``text``, cut at the forge's limit, and without control characters."""
    text = harmless(text)
    return text if len(text) <= limit else text[: limit - len(_CUT)] + _CUT


def chosen(head: str, prefix: str, *, exact: bool) -> bool:
    """Tell whether a branch is one of the requested ones."""
    return head == prefix if exact else head.startswith(prefix)


def people(reviewers: Sequence[str], owner: str) -> tuple[list[str], list[str]]:
    """Return the users among reviewers, and the teams of ``owner`` without its name.

    E-mail addresses and others are neither.
    """
    names = [name.removeprefix("@") for name in reviewers]
    teams = [name.partition("/")[2] for name in names if name.startswith(f"{owner}/")]
    return [name for name in names if "/" not in name and "@" not in name], teams
