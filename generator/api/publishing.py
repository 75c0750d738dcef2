"""Common fields of requests: the branch, and the way in which a change is made."""

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
    """A branch of a remote repository (default: those of the spec)."""

    remote: str | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing(OnBranch):
    """Way to make a change: in the directory only, in a commit there, or in a commit that is pushed or proposed.

    At most one of `commit`, `push` and `pull_request` is set; with `dry_run` nothing is changed. `by` is the user on
    whose behalf the service acts, in git's format, and becomes the author of the commit. `seen` is the image that
    the user has looked at (`TAG`, `TAG@DIGEST`, or `-` for none); if there is another one, the change is refused
    (`errors.Moved`).
    """

    commit: bool = False
    push: bool = False
    pull_request: bool = False
    dry_run: bool = False
    by: str | None = None
    seen: str | None = None

    def publishing(self) -> dict[str, Any]:
        """Return only these fields, for another request with the same ones."""
        names = ("remote", "branch", "commit", "push", "pull_request", "dry_run", "by", "seen")
        return {name: getattr(self, name) for name in names}


def spec_of(directory: Path, branch: str | None) -> Spec:
    """Return the spec of a work tree, or that of a branch (`main` if left out) of a bare mirror."""
    if histories.is_bare(directory):
        return loader.parsed(loader.committed(histories.mirrored(directory, branch or "main")))
    return loader.load(directory)


def require_remote(request: Publishing, directory: Path) -> None:
    """Raise UsageError if the change would be made in the files of a bare mirror, which has none."""
    if not (request.push or request.pull_request) and histories.is_bare(directory):
        raise UsageError(
            f"{directory} is a mirror, which has no files to change", "push it, or propose it: --pull-request"
        )
