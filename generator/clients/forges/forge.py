"""Define what every forge can do with pull requests, whatever it calls them."""

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
    """What a forge says of a request beside its text; ``None``: it does not tell.

    ``author``, ``reviewers`` (who is asked and has not answered) and ``approvers`` are names as the forge has them.
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

    ``mergeable`` is ``None`` where the forge does not know it (yet). ``merge_commit`` is set once it is merged.
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
        """List those into ``base`` whose head begins with ``prefix``, the newest first; all pages.

        Args:
            base: the branch that they are to be merged into.
            prefix: what their branches' names begin with.
            state: open, or all.
            exact: only those whose head is ``prefix``, which most forges find faster.
            forks: those of forks, too, whose branches anyone may name as ours are named.
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
        """Say something; a former comment of ours that holds ``marker`` is replaced (the text holds it, too).

        Ours is what the user of our token has written; where the forge does not tell who that is, none is.
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
        """Take a label off; fine where it is gone."""


class ReviewingForge(Forge, Protocol):
    """A forge that tells of all open requests at once what reviewers and checks say: GitHub."""

    def reviewed(self, requests: Sequence[PullRequest]) -> list[PullRequest]:
        """Return the same requests with all of their ``review``; as they are where the forge does not tell."""


def epoch(time: str) -> int:
    """Return a time as forges write it (RFC 3339) in seconds since 1970."""
    return int(datetime.fromisoformat(time).timestamp())


def clipped(text: str, limit: int) -> str:
    """Return ``text``, cut where it is longer than the forge takes, and without what would steer who reads it."""
    text = harmless(text)
    return text if len(text) <= limit else text[: limit - len(_CUT)] + _CUT


def chosen(head: str, prefix: str, *, exact: bool) -> bool:
    """Tell whether a branch is one of those that were asked for."""
    return head == prefix if exact else head.startswith(prefix)


def people(reviewers: Sequence[str], owner: str) -> tuple[list[str], list[str]]:
    """Return the users among reviewers, and the teams of ``owner`` without its name.

    E-mail addresses and others are neither.
    """
    names = [name.removeprefix("@") for name in reviewers]
    teams = [name.partition("/")[2] for name in names if name.startswith(f"{owner}/")]
    return [name for name in names if "/" not in name and "@" not in name], teams
