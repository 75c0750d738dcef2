"""Say on which branch a request is about, and how the change that it asks for is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBranch:
    """A branch of a remote repository; where they are None, those that the spec names."""

    remote: str | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing(OnBranch):
    """Way to make a change: in the directory alone, in a commit there, or in one that is pushed or proposed.

    At most one of `commit`, `push` and `pull_request` is given; with `dry_run` nothing is changed.
    """

    commit: bool = False
    push: bool = False
    pull_request: bool = False
    dry_run: bool = False

    def publishing(self) -> dict[str, Any]:
        """Return these fields alone, for another request that is made in the same way."""
        names = ("remote", "branch", "commit", "push", "pull_request", "dry_run")
        return {name: getattr(self, name) for name in names}
