"""The upstream branch of the checked-out branch: its present state, and its state at the last fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from generator.errors import GeneratorError, GitError
from generator.git import bare_repository, plumbing

# What asks in passing does not wait for a server that is down.
SECONDS: Final = 5.0


class Upstream(NamedTuple):
    """The upstream branch, such as `origin/main`, and how far the checkout is behind it.

    `by` counts commits; None if some of them are not available. `asked`: the remote has answered; otherwise the
    state is that of the last fetch, and `reason` is why there was no answer.
    """

    name: str
    by: int | None
    asked: bool
    reason: str = ""


def find(directory: Path, *, ask: bool) -> Upstream | None:
    """Return the upstream of the checked-out branch, if it has one; ``ask`` the remote for its present state."""
    try:
        name = _git(directory, "rev-parse", "--abbrev-ref", "@{upstream}")
        by = int(_git(directory, "rev-list", "--count", "HEAD..@{upstream}"))
    except GitError:
        return None
    if not ask:
        return Upstream(name, by, asked=False)
    try:
        tip = _tip(directory)
    except GeneratorError as exc:
        return Upstream(name, by, asked=False, reason=exc.message)
    if tip is None:
        return Upstream(name, by, asked=False)
    return Upstream(name, _behind(directory, tip), asked=True)


def _tip(directory: Path) -> str | None:
    """Return the commit that the followed branch is at, on its remote."""
    branch = _git(directory, "symbolic-ref", "--quiet", "--short", "HEAD")
    remote = _git(directory, "config", f"branch.{branch}.remote")
    ref = _git(directory, "config", f"branch.{branch}.merge")
    if remote == ".":
        return None
    url = _git(directory, "remote", "get-url", remote)
    place = directory / url
    with bare_repository.make(str(place.resolve()) if place.is_dir() else url, SECONDS, partial=False) as scratch:
        return scratch.listed(ref, branches=True).get(ref)


def _behind(directory: Path, tip: str) -> int | None:
    try:
        _git(directory, "cat-file", "-e", f"{tip}^{{commit}}")
        return int(_git(directory, "rev-list", "--count", f"HEAD..{tip}"))
    except GitError:
        return None


def _git(directory: Path, *words: str) -> str:
    return plumbing.begin(*words, directory=directory).result().decode(errors="replace").strip()
