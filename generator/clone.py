"""A branch of a remote with its newest history, to look at: files as they were, and as a folder. Writes nothing there.

It does not matter what the user's own checkout holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator import scratch
from generator.errors import GitError
from generator.scratch import NETWORK_SECONDS, Scratch

# What lies further back is not looked at; whoever asks is told so.
DEPTH: Final = 500
_OURS: Final = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Commit:
    """``seconds`` since the epoch, when it was committed. ``oldest``: what came before was not fetched."""

    id: str
    seconds: int
    parents: tuple[str, ...]
    message: str
    oldest: bool

    @property
    def subject(self) -> str:
        """The first line."""
        return self.message.partition("\n")[0]

    def trailers(self, name: str) -> list[str]:
        """The values of the trailers of this name."""
        lines = (line.partition(": ") for line in self.message.splitlines())
        return [value.strip() for key, separator, value in lines if separator and key.lower() == name.lower()]


class Clone:
    """``tip`` is the branch's newest commit; ``branches`` are the others that were asked for, by name."""

    def __init__(self, scratch: Scratch, url: str, branch: str) -> None:
        self.url = url
        self.branch = branch
        self._scratch = scratch
        self.tip = ""
        self.branches: Mapping[str, str] = {}
        self._shallow: frozenset[str] = frozenset()
        self._known: dict[tuple[str, str], bytes | None] = {}
        self._logs: dict[tuple[str, ...], list[Commit]] = {}

    def fetch(self, prefix: str = "") -> None:
        """Get the branch, and all others whose names begin with ``prefix`` (which ends with a slash)."""
        heads = [self.branch, *([f"{prefix}*"] if prefix else [])]
        specs = [f"+{_OURS}{head}:{_OURS}{head}" for head in heads]
        options = ["--quiet", f"--depth={DEPTH}", "--no-tags", "--prune", "--no-write-fetch-head"]
        self._git("fetch", *options, "origin", *specs, network=True)
        lines = self._git("for-each-ref", "--format=%(refname) %(objectname)", _OURS).splitlines()
        found = {ref.removeprefix(_OURS): commit for ref, commit in (line.split() for line in lines)}
        self.tip = found.pop(self.branch)
        self.branches = found
        grafts = self._scratch.place / "shallow"
        self._shallow = frozenset(grafts.read_text().split()) if grafts.exists() else frozenset()

    def read(self, commit: str, path: str) -> bytes | None:
        """The bytes of a file in a commit; ``None`` if there is no such file."""
        if (commit, path) not in self._known:
            try:
                self._known[commit, path] = self._scratch.begin("cat-file", "blob", f"{commit}:{path}").result()
            except GitError:
                self._known[commit, path] = None
        return self._known[commit, path]

    def files(self, commit: str, *folders: str) -> list[str]:
        """The paths of all files in some folders of a commit."""
        return self._git(
            "-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", commit, "--", *folders
        ).splitlines()

    def lay_out(self, commit: str, into: Path, *paths: str) -> None:
        """Put the files of a commit, or those at ``paths`` that exist, into a folder."""
        lines = self._git("ls-tree", "-z", commit, "--", *paths).split("\0")
        names = [line.partition("\t")[2] for line in lines if line]
        if names:
            index = {"GIT_INDEX_FILE": str(self._scratch.place / f"index.{into.name}"), "GIT_WORK_TREE": str(into)}
            self._git("checkout", "--quiet", "--force", commit, "--", *names, env=index)

    def log(
        self, *revisions: str, paths: Sequence[str] = (), first_parent: bool = False, limit: int = DEPTH
    ) -> list[Commit]:
        """Commits, the newest first. By ``first_parent``, a merge counts as the one change that it brought."""
        words = ["log", "-z", "--format=%H%x00%ct%x00%P%x00%B%x00", f"--max-count={limit}"]
        words += ["--first-parent"] if first_parent else []
        key = (*words, *revisions, "--", *paths)
        if key not in self._logs:
            fields = self._git(*key).split("\0")
            self._logs[key] = [
                Commit(id_, int(seconds), tuple(parents.split()), message.strip("\n"), id_ in self._shallow)
                for id_, seconds, parents, message in (fields[at : at + 4] for at in range(0, len(fields) - 3, 5))
            ]
        return self._logs[key]

    def changed(self, before: str, after: str) -> list[str]:
        """The paths that differ between two commits."""
        return self._git("-c", "core.quotePath=false", "diff", "--name-only", before, after).splitlines()

    def has(self, commit: str) -> bool:
        """Whether a commit is within the history that was fetched."""
        try:
            self._git("cat-file", "-e", f"{commit}^{{commit}}")
        except GitError:
            return False
        return True

    def drop(self, branch: str, commit: str) -> None:
        """Remove a branch from the remote if it still is at ``commit``."""
        lease = f"--force-with-lease={_OURS}{branch}:{commit}"
        self._git("push", "--porcelain", lease, "origin", f":{_OURS}{branch}", network=True)

    def _git(self, *words: str, env: Mapping[str, str] | None = None, network: bool = False) -> str:
        return self._scratch.run(*words, env=env, network=network)


@contextmanager
def clone(url: str, branch: str) -> Iterator[Clone]:
    """A ``Clone``, not fetched yet, whose scratch folder is gone afterwards."""
    with scratch.make(url, NETWORK_SECONDS, partial=False) as place:
        yield Clone(place, url, branch)
