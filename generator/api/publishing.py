"""Say on which branch a request is about, and how the change that it asks for is made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import UsageError
from generator.git import history as histories
from generator.spec import loader
from generator.spec.model import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBranch:
    """A branch of a remote repository; where they are None, those that the spec names."""

    remote: str | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing(OnBranch):
    """Way to make a change: in the directory alone, in a commit there, or in one that is pushed or proposed.

    At most one of `commit`, `push` and `pull_request` is given; with `dry_run` nothing is changed. `by` is on whose
    behalf, as git writes a person; they are the author of what is pushed or proposed. With `seen`, the image that a
    person has looked at (`TAG`, `TAG@DIGEST`, or `-` for none), it is refused where there is another (`errors.Moved`).
    """

    commit: bool = False
    push: bool = False
    pull_request: bool = False
    dry_run: bool = False
    by: str | None = None
    seen: str | None = None

    def publishing(self) -> dict[str, Any]:
        """Return these fields alone, for another request that is made in the same way."""
        names = ("remote", "branch", "commit", "push", "pull_request", "dry_run", "by", "seen")
        return {name: getattr(self, name) for name in names}


def spec_of(directory: Path, branch: str | None) -> Spec:
    """Return the spec of a work tree, or that of a branch (`main` if left out) of a bare mirror."""
    if histories.is_bare(directory):
        return loader.parsed(loader.committed(histories.mirrored(directory, branch or "main")))
    return loader.load(directory)


def require_remote(request: Publishing, directory: Path) -> None:
    """Raise UsageError where files of a bare mirror would be changed, which has none."""
    if not (request.push or request.pull_request) and histories.is_bare(directory):
        raise UsageError(
            f"{directory} is a mirror, which has no files to change", "push it, or propose it: --pull-request"
        )
