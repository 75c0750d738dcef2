"""A branch's history: its commits, and their files; from the checkout, or from a remote.

A remote's history is read from a bare, shallow clone in a temporary folder, independent of the checkout.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self, TypeVar

from generator.errors import GitError, RepositoryError
from generator.git import bare_repository, checkout, parsing, plumbing
from generator.git.bare_repository import NETWORK_SECONDS, Scratch
from generator.git.parsing import Commit as Commit

# How many commits a partial clone gets at first, and after that; then all, which git spells like this.
DEPTHS: Final = (50, 1000, 0x7FFFFFFF)
# A whole one has all files of so many. What lies further back is not looked at; whoever asks is told so.
DEPTH: Final = 500
_BRANCH: Final = "refs/heads/"
# Not a branch's own place, where `git rev-parse 2024` would take the branch 2024 for a commit's id.
_FETCHED: Final = "refs/fetched/"
_LOG: Final = ("log", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-show-signature", parsing.FORMAT)
# So many files are named to git; of more, their folders.
_MANY: Final = 100
# So many blobs are read at once.
_TOGETHER: Final = 4096
_T = TypeVar("_T")
# A commit's id, which may be cut short.
ID: Final = re.compile(r"[0-9a-f]{4,40}|[0-9a-f]{64}")


class History:
    """History that led to ``tip``, in the repository that git finds at ``directory`` with ``env``.

    ``branch`` is its name in texts. ``parts`` are the files and folders whose contents are available; none: all.
    """

    branch: str = "HEAD"
    parts: tuple[str, ...] = ()

    def __init__(self, tip: str, directory: Path, shallow_file: Path | None, env: Mapping[str, str] | None) -> None:
        self.tip = tip
        self._directory, self._env = directory, env
        self._shallow_file = shallow_file
        self._logs: dict[tuple[str, ...], list[Commit]] = {}
        self._trees: dict[tuple[str, str], dict[str, str]] = {}
        self._contents: dict[str, bytes] = {}

    @property
    def complete(self) -> bool:
        """Tell whether the whole history is available."""
        return not self._shallow()

    def log(
        self,
        revisions: str,
        paths: Sequence[str] = (),
        *,
        first_parent: bool = False,
        merges: bool = True,
        limit: int | None = None,
    ) -> list[Commit]:
        """Return commits that changed a file or folder of ``paths``, the newest first.

        By ``first_parent``, a merge counts as the one change that it brought; otherwise it has no ``blobs``,
        or without ``merges`` is left out.
        Many paths have to be files: git is asked for their folders, since it would compare each path with each file.
        """
        words = [
            *_LOG,
            *(["--first-parent", "-m"] if first_parent else []),
            *([] if merges else ["--no-merges"]),
            *([f"--max-count={limit}"] if limit else []),
        ]
        key = (*words, revisions, "--", *paths)
        if key not in self._logs:
            self._logs[key] = self._read_log([*words, revisions], paths, many=len(paths) > _MANY and limit is None)
        return self._logs[key]

    def alone(self, commits: Iterable[str], paths: Sequence[str]) -> list[Commit]:
        """Return those of these commits that are no merges and changed one of these files."""
        names = "".join(f"{commit}\n" for commit in commits).encode()
        many = len(paths) > _MANY
        return self._read_log([*_LOG, "--no-walk=unsorted", "--stdin"], paths, many=many, stdin=names) if names else []

    def _read_log(self, words: Sequence[str], paths: Sequence[str], *, many: bool, stdin: bytes = b"") -> list[Commit]:
        asked = _folders(paths) if many else paths
        said = self._git(*words, "--", *asked, stdin=stdin)
        return list(parsing.commits(said, self._shallow(), frozenset(paths) if many else None))

    def contents(self, blobs: Iterable[str | None]) -> Mapping[str, bytes]:
        """Return the bytes of each blob."""
        missing = sorted({blob for blob in blobs if blob} - set(self._contents))
        if missing:
            self._obtain_blobs(missing)
            said = self._git("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in missing).encode())
            self._contents |= dict(parsing.blobs(said))
        return self._contents

    def each(self, blobs: Sequence[str], of: Callable[[bytes], _T]) -> Iterator[_T]:
        """Yield a result for the bytes of each blob, which are not kept."""
        for start in range(0, len(blobs), _TOGETHER):
            some = blobs[start : start + _TOGETHER]
            self._obtain_blobs(some)
            said = self._git("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in some).encode())
            yield from (of(content) for _, content in parsing.blobs(said))

    def read(self, commit: str, path: str) -> bytes | None:
        """Return a file as a commit has it; None if it has none."""
        blob = self._tree(commit, path.partition("/")[0]).get(path)
        return self.contents([blob])[blob] if blob else None

    def blobs(self, commit: str, paths: Sequence[str]) -> dict[str, str]:
        """Return the blobs of these files, as far as a commit has them."""
        if len(paths) > _MANY:
            trees = [self._tree(commit, top) for top in dict.fromkeys(path.partition("/")[0] for path in paths)]
            return {path: tree[path] for tree in trees for path in paths if path in tree}
        return self._list(commit, paths) if paths else {}

    def reader(self, paths: Sequence[str]) -> Callable[[str], bytes | None]:
        """Return a reader of the tip's files; these files are fetched together, with the first one."""
        known: dict[str, str] = {}

        def read(path: str) -> bytes | None:
            if not known:
                known.update(self.blobs(self.tip, paths))
                self.contents(known.values())
            return self.contents([known[path]])[known[path]] if path in known else self.read(self.tip, path)

        return read

    def paths(self, commit: str, top: str) -> list[str]:
        """Return the paths of the files below a folder of a commit's top."""
        return list(self._tree(commit, top))

    def _tree(self, commit: str, top: str) -> dict[str, str]:
        if (commit, top) not in self._trees:
            self._trees[commit, top] = self._list(commit, [top])
        return self._trees[commit, top]

    def check_out(self, commit: str, into: Path, *paths: str) -> None:
        """Put the files of a commit, or those at ``paths`` that exist, into a folder."""
        wanted = paths or self.parts
        lines = self._git("ls-tree", "-r", "-z", commit, "--", *wanted).decode(errors="replace").split("\0")
        entries = [line.partition("\t") for line in lines if line]
        # A link could lead out of the folder.
        blobs = {name: about.split() for about, _, name in entries if about.startswith("100")}
        contents = self.contents(about[2] for about in blobs.values())
        for name, (_, _, blob) in blobs.items():
            place = into / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(contents[blob])

    def _list(self, commit: str, paths: Sequence[str]) -> dict[str, str]:
        lines = self._git("ls-tree", "-r", "-z", commit, "--", *paths).decode(errors="replace").split("\0")
        entries = (line.partition("\t") for line in lines if line)
        return {name: about.split()[2] for about, _, name in entries}

    def find(self, name: str) -> str | None:
        """Return the commit of this id, which may be abbreviated, if it is in the branch's history."""
        while ID.fullmatch(name):
            commit = self.resolved(name)
            if commit and self.is_ancestor(commit, self.tip):
                return commit
            if not self.deepen():
                break
        return None

    def at(self, name: str) -> Self:
        """Return the history of another commit. Raises ``RepositoryError`` if it is not available."""
        commit = name if name == self.tip else self.resolved(name)
        if commit is None:
            raise RepositoryError(f"{name}: no such commit here", "fetch it, or name another one")
        other = copy.copy(self)
        other.tip = commit
        return other

    def has(self, commit: str) -> bool:
        """Tell whether a commit is here."""
        return self.resolved(commit) is not None

    def is_ancestor(self, commit: str, descendant: str) -> bool:
        """Tell whether ``commit`` is ``descendant`` or in its history, as far as it is available."""
        try:
            self._git("merge-base", "--is-ancestor", commit, descendant)
        except GitError:
            return False
        return True

    def first_parent_before(self, commit: str) -> str | None:
        """Return the newest commit on ``tip``'s first-parent line that ``commit`` contains (a former tip: itself).

        ``None`` if there is none.
        """
        line = self._git("rev-list", "--first-parent", f"{commit}..{self.tip}").decode().split()
        return self.resolved(f"{line[-1]}^") if line else commit

    def forked(self, commit: str) -> str | None:
        """Return the newest common ancestor of ``tip`` and this commit, as far as it is available."""
        try:
            return self._git("merge-base", self.tip, commit).decode().split()[0]
        except GitError:
            return None

    def is_plain_merge(self, commit: Commit) -> bool:
        """Tell whether it is a merge exactly as git makes it.

        Then no author has decided anything in it.
        """
        if len(commit.parents) != 2:
            return False
        try:
            tree = self._git("merge-tree", "--write-tree", *commit.parents).decode().split()[0]
            return tree == self._git("rev-parse", f"{commit.id}^{{tree}}").decode().strip()
        except GitError:  # they conflict
            return False

    def deepen(self) -> bool:
        """Fetch older commits; ``False`` if there are none, as for a checkout."""
        return False

    def _obtain_blobs(self, blobs: Sequence[str]) -> None:
        """Do nothing: a checkout has them."""

    def resolved(self, name: str) -> str | None:
        """Return the id of a commit; ``None`` if it is not here."""
        if name.startswith("-"):
            return None
        try:
            return self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
        except GitError:
            return None

    def _shallow(self) -> set[str]:
        """Return the commits whose parents are not here."""
        file = self._shallow_file
        return set(file.read_text().split()) if file and file.is_file() else set()

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        return plumbing.begin(*arguments, env=self._env, directory=self._directory).result(stdin)


def _folders(paths: Sequence[str]) -> list[str]:
    """Return the folders that many files are in: two parts of their paths, or one if it has several of those.

    The fewer they are, the less git compares with each file of each commit.
    """
    found: dict[str, dict[str, None]] = {}
    for path in paths:
        top, *rest = path.split("/", 2)[:2]
        found.setdefault(top, {})["/".join([top, *rest])] = None
    return [folder for top, below in found.items() for folder in ([top] if len(below) > 1 else below)]


class Clone(History):
    """Clone of a remote's branch. A partial one has commits and folders, and only the files that are read.

    ``branches`` are the tips of the other requested branches, by name.
    """

    def __init__(self, scratch: Scratch, url: str, branch: str, *, partial: bool) -> None:
        # git by itself would ask the remote for whatever is missing: one by one, and for as long as it takes.
        env = {**scratch.env, "GIT_ALLOW_PROTOCOL": ""}
        super().__init__("", scratch.place, scratch.place / "shallow", env)
        self.url, self.branch = url, branch
        self.branches: dict[str, str] = {}
        self._scratch = scratch
        self._partial = partial
        self._depths: Sequence[int] = DEPTHS if partial else (DEPTH,)

    def hurry(self, seconds: float) -> None:
        """Limit the time that later calls wait for the remote."""
        self._scratch.timeout = min(NETWORK_SECONDS, max(1.0, seconds))

    def fetch(self, prefix: str = "") -> None:
        """Fetch the branch's newest commit, as deep as before.

        All branches whose names begin with ``prefix`` (which ends with a slash) are fetched, too.
        """
        heads = [self.branch, *([f"{prefix}*"] if prefix else [])]
        specs = [f"+{_BRANCH}{head}:{_FETCHED}{head}" for head in heads]
        self._fetch(f"--depth={self._depths[0]}", "--", "origin", *specs)
        self._logs.clear()
        lines = self._scratch.run("for-each-ref", "--format=%(refname) %(objectname)", _FETCHED).splitlines()
        self.branches = {ref.removeprefix(_FETCHED): commit for ref, commit in (line.split() for line in lines)}
        self.tip = self.branches.pop(self.branch)

    def deepen(self) -> bool:
        """Fetch more of the past; see ``History``."""
        if self.complete or len(self._depths) == 1:
            return False
        self._depths = self._depths[1:]
        self.fetch()
        return True

    def beyond(self, branch: str) -> list[Commit]:
        """Return the commits of another branch that this one does not have, the newest first.

        None if there is no such branch.
        """
        while True:
            tip = self.branches.get(branch)
            found = self.log(f"{self.tip}..{tip}") if tip else []
            # With a history that ends above the place where both parted, these would be commits of this one as well.
            if tip is None or self.forked(tip) is not None or not self.deepen():
                return found

    def obtain(self, commit: str) -> bool:
        """Tell whether a commit is available, after fetching it if necessary; it may be on another branch."""
        if not self.has(commit):
            try:
                self._fetch("--", "origin", commit)
            except GitError:  # it is not there, or a server that sends branches only
                self.fetch()
        return self.has(commit)

    def check_out(self, commit: str, into: Path, *paths: str) -> None:
        """Put the files of a commit, or those at ``paths`` that exist, into a folder."""
        lines = self._scratch.run("ls-tree", "-z", commit, "--", *paths).split("\0")
        names = [line.partition("\t")[2] for line in lines if line]
        if names:
            index = {"GIT_INDEX_FILE": str(self._scratch.place / f"index.{into.name}"), "GIT_WORK_TREE": str(into)}
            self._scratch.run("checkout", "--quiet", "--force", commit, "--", *names, env=index)

    def delete(self, branch: str, commit: str) -> None:
        """Remove a branch from the remote if it still is at ``commit``."""
        lease = f"--force-with-lease={_BRANCH}{branch}:{commit}"
        self._scratch.run("push", "--porcelain", lease, "origin", f":{_BRANCH}{branch}", network=True)

    def _obtain_blobs(self, blobs: Sequence[str]) -> None:
        if self._partial:
            self._scratch.fetch_blobs(blobs)

    def _fetch(self, *words: str) -> None:
        how = ["--quiet", "--no-tags", "--no-write-fetch-head", *(["--filter=blob:none"] if self._partial else [])]
        _, said = self._scratch.call("fetch", *how, *words).results()
        if "filtering not recognized" in said:  # then all files have come
            self._partial = False


def here(directory: Path) -> History | None:
    """Return the history of the checked-out commit; None outside of git, or before the first commit.

    Raises:
        GitError: git does not read it, because it belongs to another user.
    """
    try:
        tip = checkout.head(directory)
    except GitError as exc:
        if plumbing.FOREIGN_OWNER in exc.stderr:
            raise
        return None
    return checked_out(directory, tip)


def checked_out(directory: Path, tip: str) -> History:
    """Return the history of a commit of the repository that a work tree is of."""
    place = plumbing.folder(directory)
    common = place / "commondir" if place else None
    if place and common and common.is_file():
        place = place / common.read_text().strip()
    return History(tip, directory, place / "shallow" if place else None, None)


def is_bare(directory: Path) -> bool:
    """Tell whether a folder is a bare repository itself, as a mirror is."""
    return (
        all((directory / name).exists() for name in ("HEAD", "objects", "refs")) and not (directory / ".git").exists()
    )


def mirrored(directory: Path, name: str, parts: Sequence[str] = ()) -> History:
    """Return the history of a branch of a bare repository, regardless of git's environment variables."""
    place = directory.resolve()
    env = plumbing.environment(place, plumbing.QUIET)
    found = History("", place, place / "shallow", env).at(f"{_BRANCH}{name}")
    found.branch, found.parts = name, tuple(parts)
    return found


def branch(directory: Path) -> str | None:
    """Return the branch that is checked out; None where there is none, as in CI."""
    try:
        said = plumbing.begin("symbolic-ref", "--quiet", "--short", "HEAD", directory=directory).result()
    except GitError:
        return None
    return said.decode(errors="replace").strip()


@contextmanager
def clone(url: str, branch: str, *, partial: bool = True) -> Iterator[Clone]:
    """Yield a ``Clone``, not fetched yet, whose folder is removed afterwards."""
    with bare_repository.make(url, NETWORK_SECONDS, partial=partial) as place:
        yield Clone(place, url, branch, partial=partial)
