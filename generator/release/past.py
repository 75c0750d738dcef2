"""What was on a branch: the commits that changed some files, and these files as each of them left them.

Read from the checkout, or from the remote: then only commits and folders come, the newest first and as deep as
is asked for, and of the files those alone that somebody looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from generator import git, plumbing, scratch
from generator.errors import GitError
from generator.scratch import NETWORK_SECONDS

# How many commits are fetched at first, and after that; then all.
DEPTHS: Final = (50, 1000)
_FIELDS: Final = 6
_FORMAT: Final = "--format=%H%x00%P%x00%an%x00%ae%x00%ct%x00%B"
_COMMIT: Final = re.compile(r"[0-9a-f]{4,40}|[0-9a-f]{64}")
_TRAILER: Final = re.compile(r"^\s*([A-Za-z][A-Za-z-]*): *(.*\S)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Landing:
    """A commit as the branch got it: a merge is one, whatever it merged.

    ``seconds`` since the epoch, when it was committed. ``blobs``: what each file that it changed is since then,
    ``None`` where it is gone. ``edge``: older commits are not here, so the files are like this, and since when
    is not known.
    """

    commit: str
    parents: tuple[str, ...]
    author: str
    mail: str
    seconds: int
    message: str
    blobs: Mapping[str, str | None]
    edge: bool = False

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]

    def trailers(self, name: str) -> list[str]:
        """The values of a trailer; a squash merge may have left it in the middle of the message."""
        return [value for key, value in _TRAILER.findall(self.message) if key.lower() == name.lower()]


@dataclass
class Past:
    """A branch's history: of the checkout at ``directory``, or, with ``branch``, of a remote, in a folder of our own.

    ``env`` is the environment of every git in the latter.
    """

    directory: Path
    tip: str
    branch: str = ""
    env: Mapping[str, str] | None = None
    _depth: int = 0
    _known: dict[str, bytes] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether there is nothing older than what is here."""
        return not self._edges()

    def landings(self, paths: Sequence[str], *, within: bool = False, limit: int | None = None) -> list[Landing]:
        """Those that changed a file or folder of ``paths``, the newest first; ``within``: in merged branches, too."""
        most = [f"--max-count={limit}"] if limit else []
        how = ["--no-merges"] if within else ["--first-parent", "-m"]
        shape = ["--raw", "--no-abbrev", "--no-renames", "--no-show-signature", "-z", _FORMAT]
        said = self._git("log", *how, *most, *shape, self.tip, "--", *paths)
        return list(_parsed(said, self._edges()))

    def contents(self, blobs: Iterable[str | None]) -> dict[str, bytes]:
        """The bytes of each blob."""
        missing = sorted({blob for blob in blobs if blob} - set(self._known))
        if missing:
            names = "".join(f"{blob}\n" for blob in missing).encode()
            if self.branch:
                self._fetch_blobs(names)
            self._known |= dict(_blobs(self._git("cat-file", "--batch", stdin=names)))
        return self._known

    def read(self, commit: str, path: str) -> bytes | None:
        """A file as a commit has it; ``None`` if it has none."""
        entry = self._git("ls-tree", commit, "--", path).decode()
        blob = entry.split()[2] if entry else None
        return self.contents([blob])[blob] if blob else None

    def deepen(self) -> bool:
        """Fetch older commits; ``False`` if there are none to be had."""
        if not self.branch or self.complete:
            return False
        self._depth += 1
        self.update()
        return True

    def find(self, name: str) -> str | None:
        """The commit of this id, which may be cut short, if the branch has ever been at it or has merged it."""
        if not _COMMIT.fullmatch(name):
            return None
        while True:
            try:
                commit = self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
                self._git("merge-base", "--is-ancestor", commit, self.tip)
                return commit
            except GitError:
                if not self.deepen():
                    return None

    def has(self, commit: str) -> bool:
        """Whether a commit is here."""
        try:
            self._git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
        except GitError:
            return False
        return True

    def holds(self, commit: str, within: str) -> bool:
        """Whether ``commit`` is in the history of ``within``, as far as that is here."""
        try:
            self._git("merge-base", "--is-ancestor", commit, within)
        except GitError:
            return False
        return True

    def _edges(self) -> set[str]:
        """The commits whose parents are not here."""
        place = self.directory if self.branch else git.folder(self.directory)
        common = place / "commondir" if place else None
        if place and common and common.is_file():
            place = place / common.read_text().strip()
        file = place / "shallow" if place else None
        return set(file.read_text().split()) if file and file.is_file() else set()

    def update(self) -> None:
        """Fetch what the branch is at by now, as deep as before."""
        all_of_it = ["--unshallow"] if self._edges() else []
        deep = [f"--depth={DEPTHS[self._depth]}"] if self._depth < len(DEPTHS) else all_of_it
        words = [*deep, "--filter=blob:none", "--no-tags", "--no-write-fetch-head", "--quiet", "--force"]
        self._git("fetch", *words, "--", "origin", f"+refs/heads/{self.branch}:refs/past")
        self.tip = self._git("rev-parse", "refs/past").decode().strip()

    def _fetch_blobs(self, names: bytes) -> None:
        """All at once: git by itself would ask for one after the other."""
        words = ["--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--quiet", "--stdin", "origin"]
        try:
            self._git("-c", "fetch.negotiationAlgorithm=noop", "fetch", *words, stdin=names)
        except GitError:
            return  # a server that cannot filter has sent them already; if not, reading them says what is wrong

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        timeout = NETWORK_SECONDS if self.branch and "fetch" in arguments else None
        return plumbing.begin(*arguments, env=self.env, directory=self.directory).result(stdin, timeout)


def here(directory: Path) -> Past | None:
    """The history of what is checked out; ``None`` outside of git, or before the first commit."""
    try:
        return Past(directory, git.head(directory))
    except GitError:
        return None


@contextmanager
def fetched(url: str, branch: str) -> Iterator[Past]:
    """The history of a remote's branch, in a folder that is gone afterwards."""
    with scratch.make(url, NETWORK_SECONDS, partial=True) as place:
        past = Past(place.place, "", branch, place.env)
        past.update()
        yield past


def _parsed(said: bytes, edges: set[str]) -> Iterator[Landing]:
    """``git log -z --raw``: fields that end in NUL, then for each file its modes and blobs, NUL, its path, NUL."""
    words = said.decode(errors="replace").split("\0")
    at = 0
    while at + _FIELDS <= len(words):
        commit, parents, author, mail, seconds, message = words[at : at + _FIELDS]
        at += _FIELDS
        blobs: dict[str, str | None] = {}
        while at + 1 < len(words) and words[at].lstrip("\n").startswith(":"):
            after = words[at].split()[3]
            blobs[words[at + 1]] = None if set(after) == {"0"} else after
            at += 2
        yield Landing(commit, tuple(parents.split()), author, mail, int(seconds), message, blobs, commit in edges)


def _blobs(said: bytes) -> Iterator[tuple[str, bytes]]:
    """``git cat-file --batch``: a line with id, type and size, then the bytes and a line's end."""
    at = 0
    while at < len(said):
        end = said.index(b"\n", at)
        name, *about = said[at:end].decode().split()
        if len(about) != 2:  # "missing"
            raise GitError(f"git cat-file: {name} is not there", "fetch it, or clone the repository again")
        size = int(about[1])
        yield name, said[end + 1 : end + 1 + size]
        at = end + size + 2
