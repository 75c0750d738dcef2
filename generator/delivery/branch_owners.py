"""What people commit to branches of ours, as a review's fix: it is never lost unasked."""

from __future__ import annotations

from collections.abc import Sequence

from generator.errors import RepositoryError
from generator.git.history import Commit


def require_none(theirs: Sequence[Commit], head: str, maker: str, hint: str) -> None:
    """``RepositoryError`` that lists the commits of people on the branch ``head`` of the command ``maker``."""
    if theirs:
        names = "\n".join(f"  {commit.id[:12]} {commit.subject}" for commit in theirs)
        raise RepositoryError(f"{head} holds commits that {maker}; nothing was done:\n{names}", hint)
