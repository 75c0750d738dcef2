"""Parse git's output about commits and files."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from generator.errors import GitError
from generator.git import trailers

FORMAT: Final = "--format=%H%x00%P%x00%an%x00%ct%x00%B"
"""For ``commits``."""
_FIELDS: Final = 5


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, and what it changed.

    ``seconds`` since the epoch, when it was committed. ``blobs``: the new blob of each changed file, ``None`` if the
    file was removed. ``shallow``: older commits are missing, so it is not known whether this commit changed the
    files.
    """

    id: str
    parents: tuple[str, ...]
    author: str
    seconds: int
    message: str
    blobs: Mapping[str, str | None]
    shallow: bool = False

    @property
    def subject(self) -> str:
        """Return the first line of the message."""
        return self.message.partition("\n")[0]

    def trailers(self, name: str) -> list[str]:
        """Return the values of a trailer of this name."""
        return trailers.values(self.message, name)


def commits(said: bytes, shallow: Container[str], wanted: Container[str] | None) -> Iterator[Commit]:
    """Parse ``git log -z --raw``: fields that end in NUL, then for each file its modes and blobs, NUL, its path, NUL.

    ``wanted``: the only files that count, where others are told, too.
    """
    words = said.decode(errors="replace").split("\0")
    at = 0
    while at + _FIELDS <= len(words):
        name, parents, author, seconds, message = words[at : at + _FIELDS]
        at += _FIELDS
        changed: dict[str, str | None] = {}
        while at + 1 < len(words) and words[at].lstrip("\n").startswith(":"):
            path = words[at + 1]
            if wanted is None or path in wanted:
                after = words[at].split(" ", 4)[3]
                changed[path] = None if after.startswith("0000") and not after.strip("0") else after
            at += 2
        if changed or wanted is None:
            yield Commit(
                name, tuple(parents.split()), author, int(seconds), message.strip("\n"), changed, name in shallow
            )


def blobs(said: bytes) -> Iterator[tuple[str, bytes]]:
    """Parse ``git cat-file --batch``: a line with id, type and size, then the bytes and a line's end."""
    at = 0
    while at < len(said):
        end = said.index(b"\n", at)
        name, *about = said[at:end].decode().split()
        if len(about) != 2:  # "missing"
            raise GitError(f"git cat-file: {name} is not there", "fetch it, or clone the repository again")
        size = int(about[1])
        yield name, said[end + 1 : end + 1 + size]
        at = end + size + 2
