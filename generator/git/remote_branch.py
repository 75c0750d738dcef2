"""A branch of a remote, read and written without a work tree and with few requests.

Objects are in a bare repository in a temporary folder, so the user's checkout is not changed and may be shallow or
detached. The repository is shallow and partial: it has the newest commit, its trees, and only the requested files.
Servers without support for filters send all files. One ``git fast-import`` reads trees, and writes commits along the
changed paths only.

Requests over HTTP: three for the tip, two for its files, two for a push, two for reading back. Objects of other
users' references are fetched only by their ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from generator import process
from generator.errors import GitError, RepositoryError
from generator.git import bare_repository
from generator.git.bare_repository import NETWORK_SECONDS

if TYPE_CHECKING:
    from generator.git.bare_repository import Call, Scratch

TIP: Final = "refs/tip"
# How far the clocks of those who commit may be apart.
SKEW_SECONDS: Final = 60
INTENTS: Final = "refs/gitops/intents"
# The mode of a symbolic link.
_LINK: Final = "120000"


class Remote:
    """See the module."""

    def __init__(self, scratch: Scratch, branch: str) -> None:
        self._scratch = scratch
        self.url, self.secret, self.branch = scratch.url, scratch.secret, branch
        self.partial = True
        # Where it waits that is to be landed there, see ``queue``.
        self.waiting = f"{INTENTS}/{branch.replace('%', '%25').replace('/', '%2F')}"
        # Files that are here.
        self.loaded: set[str] = set()
        self._fetching: Call | None = self._begin_fetch("--depth=1")
        # It is needed after the first fetch, so it runs beside it.
        scratch.ask_identity()

    def fetch(self, *blobs: str) -> str:
        """Return the branch's newest commit.

        The first time, it is fetched without history, later with the commits since then. ``blobs`` are fetched, too.
        """
        fetching, self._fetching = self._fetching or self._begin_fetch(*blobs), None
        _, said = fetching.results()
        self.partial = "filtering not recognized" not in said
        return (self._scratch.place / TIP).read_text().strip()

    def _begin_fetch(self, *more: str) -> Call:
        options = [word for word in more if word.startswith("-")]
        return self._scratch.call(
            "fetch", "--quiet", *options, "--filter=blob:none", "--no-tags", "--no-write-fetch-head",
            "--recurse-submodules=no", "origin", f"+refs/heads/{self.branch}:{TIP}",
            *(blob for blob in more if blob not in options),
        )  # fmt: skip

    def waiting_now(self) -> tuple[str | None, dict[str, str]]:
        """Return the branch's present tip, and the waiting references with their objects."""
        branch, folder = f"refs/heads/{self.branch}", f"{self.waiting}/"
        found = self._scratch.listed(branch, f"{folder}*")
        return found.get(branch), {
            ref.removeprefix(folder): object_id for ref, object_id in found.items() if ref.startswith(folder)
        }

    def objects(self, ids: Sequence[str]) -> list[bytes]:
        """Return the bytes of available objects."""
        if not ids:
            return []
        with process.converse(["git", "cat-file", "--batch"], env=self._scratch.env, error=GitError) as talk:
            found = []
            for one in ids:
                talk.tell(f"{one}\n".encode())
                found.append(talk.read(int(talk.line().split()[2])))
                talk.read(1)
            return found

    @contextmanager
    def editing(self, tip: str) -> Iterator[Editing]:
        """Read ``tip`` and make commits on top of it; they exist when the block ends."""
        words = ["git", "fast-import", "--quiet", "--done", "--force"]
        with process.converse(words, env=self._scratch.env, error=GitError) as talk:
            yield Editing(self, talk, tip)
            talk.tell(b"done\n")

    def folders(self, path: str) -> list[str]:
        """Return the names in a folder of the last fetched commit."""
        return self._scratch.run("ls-tree", "--name-only", TIP, "--", f"{path}/").replace(f"{path}/", "").splitlines()

    def signed(self, commit: str, parent: str, message: str) -> str:
        """Return the commit with a signature, by git's configuration (``gpg.format``, ``user.signingkey``)."""
        try:
            command = self._scratch.begin(
                "commit-tree", "-S", f"{commit}^{{tree}}", "-p", parent, "-F", "-", env=self._scratch.persons()
            )
            return command.result(message.encode(), self._scratch.timeout).decode().strip()
        except GitError as exc:
            raise GitError(
                f"the commit cannot be signed: {exc.stderr}",
                "check git's user.signingkey and gpg.format",
                stderr=exc.stderr,
            ) from exc

    def push(self, *changes: str, atomic: bool = False, lease: tuple[str, str] | None = None) -> None:
        """Push reference specifications, all or none if ``atomic``.

        ``lease`` is a branch that may be replaced if it is still at that commit; empty: if it does not exist.
        """
        how = ["--atomic"] if atomic else []
        how += [f"--force-with-lease=refs/heads/{lease[0]}:{lease[1]}"] if lease else []
        self._scratch.run("push", "--porcelain", *how, "origin", *changes, network=True)

    def store(self, content: bytes) -> str:
        """Store a new blob, to be pushed."""
        return self._scratch.begin("hash-object", "-w", "--stdin").result(content).decode().strip()

    def tip(self, branch: str | None = None) -> str | None:
        """Return the branch's present commit on the remote; None if it does not exist."""
        ref = f"refs/heads/{branch or self.branch}"
        return self._scratch.listed(ref, branches=True).get(ref)

    def contains(self, tip: str, commit: str) -> bool:
        """Tell whether ``commit`` is ``tip``, which has been fetched, or in its history."""
        try:
            self._scratch.run("merge-base", "--is-ancestor", commit, tip)
        except GitError:
            return False
        return True

    def commits(self, since: str, tip: str) -> set[str]:
        """Return the ids of the commits after ``since``."""
        return set(self._scratch.run("rev-list", f"{since}..{tip}").split())

    def since(self, seconds: int, tip: str) -> Iterator[tuple[str, str, str]]:
        """Yield the commits up to ``tip`` since a time (seconds since 1970), and some earlier ones; see ``history``."""
        seconds -= SKEW_SECONDS
        if any(made >= seconds for made in self._first_times()):
            self._scratch.run(
                "fetch", "--quiet", f"--shallow-since={seconds}", "--filter=tree:0", "--no-tags",
                "--no-write-fetch-head", "--recurse-submodules=no", "origin", f"+refs/heads/{self.branch}:{TIP}",
                network=True,
            )  # fmt: skip
        return self.history("", tip)

    def _first_times(self) -> list[int]:
        """Return when the commits were made before which nothing has been fetched."""
        shallow = self._scratch.place / "shallow"
        ids = shallow.read_text().split() if shallow.exists() else []
        return [int(line) for line in self._scratch.run("show", "-s", "--format=%ct", *ids).split()] if ids else []

    def history(self, since: str, tip: str) -> Iterator[tuple[str, str, str]]:
        """Yield the commits after ``since``, the newest first: id, author with seconds and time zone, message."""
        commits = f"{since}..{tip}" if since else tip
        said = self._scratch.run("log", "--format=%H%x01%an <%ae> %ad%x01%B%x00", "--date=raw", commits)
        for entry in said.split("\0"):
            if entry.strip():
                commit, author, message = entry.strip("\n").split("\x01", 2)
                yield commit, author, message

    @property
    def author(self) -> str:
        """Return the author of our commits, with seconds and time zone."""
        return self._scratch.identity()[0]

    @property
    def committer(self) -> str:
        """Return their committer."""
        return self._scratch.identity()[1]

    def close(self) -> None:
        """End what still runs beside us."""
        if self._fetching:
            self._fetching.stop()


class Editing:
    """One tip, and the commits that are made on it, one on top of the other."""

    def __init__(self, remote: Remote, talk: process.Conversation, tip: str) -> None:
        self.tip = tip
        self._made = 0
        self._remote = remote
        self._talk = talk
        self._places: dict[str, tuple[str, str] | None] = {}
        self._contents: dict[str, bytes | None] = {}

    def dated(self, author: str | None) -> str | None:
        """Return an author with the present seconds and time zone."""
        return f"{author} {' '.join(self._remote.committer.split()[-2:])}" if author else None

    def want(self, paths: Sequence[str]) -> None:
        """Announce the files that will be read, so that one request fetches all of them."""
        blobs = {place[1] for path in paths if path not in self._contents and (place := self._place(path))}
        missing = sorted(blobs - self._remote.loaded)
        if self._remote.partial and missing:
            self._remote._scratch.fetch_blobs(missing)
        self._remote.loaded.update(missing)

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file at the newest commit; None if there is no such file. Links are refused."""
        if path not in self._contents:
            self.want([path])
            place = self._place(path)
            if place and place[0] == _LINK:
                raise RepositoryError(f"{path}: a symbolic link", "replace it by what it points to")
            self._contents[path] = self._content(place[1]) if place else None
        return self._contents[path]

    def commit(self, files: Mapping[str, bytes | None], message: str, author: str | None = None) -> str:
        """Make a commit that only changes these files to this content; ``None`` removes one. No filters are applied.

        ``author`` has git's format, with seconds and time zone; ``None``: the committer.
        """
        committer = self._remote.committer
        lines = [
            f"commit refs/ours\nmark :{self._made + 1}\n".encode(),
            f"author {author or self._remote.author}\ncommitter {committer}\n".encode(),
            _data(message.encode()),
            # What was made a moment ago is known by its mark only.
            f"from {f':{self._made}' if self._made else self.tip}\n".encode(),
        ]
        for path, content in files.items():
            if content is None:
                lines.append(f"D {_quoted(path)}\n".encode())
                continue
            place = self._place(path)
            lines += [f"M {place[0] if place else '100644'} inline {_quoted(path)}\n".encode(), _data(content)]
        self._talk.tell(b"".join([*lines, f"\nget-mark :{self._made + 1}\n".encode()]))
        self._made += 1
        self._contents |= files
        return self._talk.line().decode()

    def _place(self, path: str) -> tuple[str, str] | None:
        """Return mode and object of a file at the tip."""
        if path not in self._places:
            self._talk.tell(f"ls {self.tip} {_quoted(path)}\n".encode())
            mode, kind, rest = _entry(self._talk.line())
            self._places[path] = (mode, rest) if kind == "blob" else None
        return self._places[path]

    def _content(self, blob: str) -> bytes:
        self._talk.tell(f"cat-blob {blob}\n".encode())
        content = self._talk.read(int(self._talk.line().split()[2]))
        self._talk.read(1)
        return content


@contextmanager
def connect(url: str, branch: str, timeout: float = NETWORK_SECONDS) -> Iterator[Remote]:
    """Yield a ``Remote`` whose scratch folder is removed afterwards. It starts to fetch at once, in parallel."""
    with bare_repository.make(url, timeout, partial=True) as place:
        remote = Remote(place, branch)
        try:
            yield remote
        finally:
            remote.close()


def _entry(line: bytes) -> tuple[str, str, str]:
    """Return mode, kind and object of what ``ls`` answers; empty where there is nothing."""
    words = line.partition(b"\t")[0].decode(errors="replace").split(" ", 2)
    return (words[0], words[1], words[2]) if len(words) == 3 and words[0] != "missing" else ("", "", "")


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
