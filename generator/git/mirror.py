"""Keep a bare repository with one branch of a remote, and only the files below some paths.

Commits and folders are fetched first, then all files in one request; then the branch moves. So a reader finds all
files below these paths for each commit, also during an update or after an interrupted one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from generator.errors import GitError, RepositoryError
from generator.git.bare_repository import NETWORK_SECONDS, Scratch

_FETCHED: Final = "refs/fetched/"
_BRANCH: Final = "refs/heads/"
# How many files are asked for at once.
_BATCH: Final = 5000
_LOCK: Final = "mirror.lock"


# Names further paths of a commit, given what reads a file of it that is there by then.
Further = Callable[[Callable[[str], str]], Sequence[str]]


def update(
    directory: Path,
    url: str,
    branch: str,
    paths: Sequence[str],
    timeout: float = NETWORK_SECONDS,
    further: Further | None = None,
) -> str:
    """Update the mirror in a folder, which is made if necessary, and return its branch's tip.

    For the paths that ``further`` names, only the tip's files are fetched. If another process updates the same
    mirror, wait for it. ``timeout`` is in seconds, for each exchange.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise RepositoryError(f"{directory}: {exc.strerror}", "name a folder that can be written") from exc
    with ExitStack() as stack:
        stack.enter_context(_locked(directory / _LOCK))
        place = Scratch(url, directory, timeout, partial=True)
        stack.callback(place.close)
        return _update(place, branch, paths, further)


def _update(place: Scratch, branch: str, paths: Sequence[str], further: Further | None) -> str:
    fetched, shown = f"{_FETCHED}{branch}", f"{_BRANCH}{branch}"
    place.run(
        "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none",
        "origin", f"+{shown}:{fetched}", network=True,
    )  # fmt: skip
    tip = place.run("rev-parse", "--verify", fetched)
    before = _tip(place, shown)
    if tip == before:
        return tip
    _obtain(place, [tip, *([f"^{before}"] if before else [])], paths)
    more = further(lambda path: place.run("cat-file", "blob", f"{tip}:{path}")) if further else ()
    if more:
        _obtain(place, [f"{tip}^{{tree}}"], more)
    place.run("update-ref", shown, tip)
    _tidy(place)
    return tip


def _tip(place: Scratch, ref: str) -> str | None:
    try:
        return place.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    except GitError:
        return None


def _obtain(place: Scratch, revisions: Sequence[str], paths: Sequence[str]) -> None:
    """Fetch the files that these commits have below the paths and that are not here."""
    # By itself git leaves out a side of a merge that changed nothing in the end, as a release that was reverted.
    listed = place.run("rev-list", "--full-history", "--objects", "--missing=print", *revisions, "--", *paths)
    missing = [line[1:] for line in listed.split("\n") if line.startswith("?")]
    for start in range(0, len(missing), _BATCH):
        place.fetch_blobs(missing[start : start + _BATCH])


def _tidy(place: Scratch) -> None:
    """Put many small packs together, as git itself would have done."""
    if len(list((place.place / "objects" / "pack").glob("*.pack"))) > 50:
        place.run("repack", "-d", "-q", "--geometric=2")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a file's lock for a block."""
    import fcntl

    try:
        file = path.open("w")
    except OSError as exc:
        raise RepositoryError(f"{path}: {exc.strerror}", "give the mirror a folder of its own") from exc
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
