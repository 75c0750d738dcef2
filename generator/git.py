"""Small verbs over git in a work tree, through GitPython.

GitPython runs the ``git`` on PATH and hides passwords in the commands that
its errors quote. Every verb raises ``GitError`` with git's own words.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator import plumbing
from generator.errors import GitError, RepositoryError

if TYPE_CHECKING:
    import git

NETWORK_SECONDS: Final = 60
# Hands GIT_USERNAME and GIT_TOKEN to git without ever writing them to argv, a file or a remote's URL.
_HELPER: Final = (
    '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "${GIT_USERNAME:-git}" "$GIT_TOKEN"; }; f'
)
# A squash merge leaves a message only.
_UNFINISHED: Final = ("MERGE_HEAD", "rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "REVERT_HEAD", "SQUASH_MSG")


def root(directory: Path) -> Path:
    """The top folder of the work tree that holds ``directory``; ``RepositoryError`` if there is none."""
    try:
        return Path(_run(directory, "rev-parse", "--show-toplevel"))
    except GitError as exc:
        raise RepositoryError(f"{directory}: not in a git repository", "make one: git init") from exc


def unmerged(directory: Path) -> list[str]:
    """Paths with conflicts that nobody has resolved yet."""
    return [line for line in _run(directory, "diff", "--name-only", "--diff-filter=U").splitlines() if line]


def stages(directory: Path, path: str) -> dict[int, bytes]:
    """A file with conflicts as git's index has it: 1 before, 2 on our branch, 3 on theirs; those that there are."""
    entries = _run(directory, "ls-files", "--unmerged", "--", path).splitlines()
    found = [entry.partition("\t")[0].split() for entry in entries]
    return {int(stage): _execute(directory, ("cat-file", "blob", blob), {}, None) for _, blob, stage in found}


def deleted_on_one_side(directory: Path, folder: str) -> list[str]:
    """Files with conflicts that one of the two branches has deleted."""
    sides: dict[str, set[str]] = {}
    for entry in _run(directory, "ls-files", "--unmerged", "--", folder).splitlines():
        about, _, path = entry.partition("\t")
        sides.setdefault(path, set()).add(about.split()[2])
    return [path for path, stages_there in sides.items() if not {"2", "3"} <= stages_there]


def unfinished(directory: Path) -> str | None:
    """The file by which git remembers a merge, rebase, cherry-pick or revert under way; runs no git."""
    place = folder(directory)
    return next((name for name in _UNFINISHED if (place / name).exists()), None) if place else None


def incoming(directory: Path) -> tuple[str, str, str] | None:
    """The commits that an unfinished merge, rebase, cherry-pick or revert is between: before, ours, theirs."""
    ours = head(directory)
    for name, theirs, before in (
        ("CHERRY_PICK_HEAD", "{}", "{}^"),
        ("REBASE_HEAD", "{}", "{}^"),
        ("REVERT_HEAD", "{}^", "{}"),
        ("MERGE_HEAD", "{}", None),
    ):
        try:
            other = _run(directory, "rev-parse", "--verify", "--quiet", name)
            base = before.format(other) if before else _run(directory, "merge-base", ours, other).splitlines()[0]
            return _run(directory, "rev-parse", base), ours, _run(directory, "rev-parse", theirs.format(other))
        except GitError:
            continue
    return _squashed(directory, ours)


def _squashed(directory: Path, ours: str) -> tuple[str, str, str] | None:
    """A squash merge leaves nothing but its message, which names the commits, the newest first."""
    note = Path(_run(directory, "rev-parse", "--git-path", "SQUASH_MSG"))
    try:
        lines = (directory / note).read_text(errors="replace").splitlines()
        theirs = next(line.split()[1] for line in lines if line.startswith("commit "))
        return _run(directory, "merge-base", ours, theirs).splitlines()[0], ours, theirs
    except (OSError, StopIteration, IndexError, GitError):
        return None


def content(directory: Path, commit_id: str, path: str) -> bytes | None:
    """A file as a commit has it; ``None`` if it has none."""
    entry = _run(directory, "ls-tree", commit_id, "--", path)
    return _execute(directory, ("cat-file", "blob", entry.split()[2]), {}, None) if entry else None


def changed(directory: Path, *paths: str) -> list[str]:
    """Which of ``paths`` differ from HEAD or are untracked."""
    lines = _run(directory, "status", "--porcelain", "--untracked-files=all", "--", *paths).splitlines()
    return [line[3:] for line in lines]


def init(directory: Path, branch: str) -> None:
    """A new repository whose first branch is ``branch``."""
    _run(directory, "init", "--quiet", f"--initial-branch={branch}")


def commit(directory: Path, message: str, paths: list[str]) -> str:
    """Commit ``paths`` and nothing else; returns the commit."""
    _run(directory, "add", "--", *paths)
    _run(directory, "commit", "--quiet", "--only", "-m", message, "--", *paths)
    return head(directory)


def head(directory: Path) -> str:
    """The commit that is checked out."""
    return _run(directory, "rev-parse", "HEAD")


def remote_url(directory: Path, name: str = "origin") -> str | None:
    """The URL of a remote, or ``None``."""
    try:
        return _run(directory, "remote", "get-url", name)
    except GitError:
        return None


def last_change(directory: Path, path: str) -> tuple[str, int, str] | None:
    """Commit, time (seconds since the epoch) and subject of the last commit that touched ``path``."""
    try:
        line = _run(directory, "log", "-1", "--format=%H%x00%ct%x00%s", "--", path)
    except GitError:
        return None
    if not line:
        return None
    commit_id, seconds, subject = line.split("\0")
    return commit_id, int(seconds), subject


def describe_head(directory: Path) -> dict[str, str]:
    """Author, date, id, subject and repository of the commit that is checked out; empty outside a repository.

    The keys are those of Argo CD's ``Argocd-reference-commit-*`` trailers.
    """
    return describing_head(directory)()


def describing_head(directory: Path) -> Callable[[], dict[str, str]]:
    """``describe_head`` that runs beside us until its result is asked for."""
    head = plumbing.begin(
        "log", "-1", "--no-show-signature", "--format=%an <%ae>%x00%cI%x00%s%x00%H", directory=directory
    )
    origin = plumbing.begin("remote", "get-url", "origin", directory=directory)

    def result() -> dict[str, str]:
        url = b""
        try:
            line = head.result().decode(errors="replace").rstrip("\n")
        except GitError:
            line = ""
        with suppress(GitError):  # a clone need not have an origin
            url = origin.result()
        values = [*line.split("\0"), plumbing.without_passwords(url.decode(errors="replace").strip())]
        names = ("author", "date", "subject", "sha", "repourl")
        return {name: value for name, value in zip(names, values, strict=True) if value} if line else {}

    return result


def folder(directory: Path) -> Path | None:
    """The git folder of a work tree's top, linked ones and submodules included; ``None`` if this is no such top."""
    dot_git = directory / ".git"
    try:
        if dot_git.is_file():
            return directory / dot_git.read_text().removeprefix("gitdir:").strip()
        return dot_git if dot_git.is_dir() else None
    except (OSError, UnicodeDecodeError):
        return None


def without_secrets(url: str) -> str:
    """A URL without the user and password that some checkouts put into it."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def merge_lines(original: bytes, local: bytes, updated: bytes) -> bytes | int:
    """git's own merge of text by lines: the result, or the line of ``local`` where the first conflict starts."""
    import tempfile

    from generator import process

    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as folder:
        files = [Path(folder) / name for name in ("local", "original", "updated")]
        for file, content in zip(files, (local, original, updated), strict=True):
            file.write_bytes(content)
        done = process.run(["git", "merge-file", *files], ok=range(128), error=GitError)
        merged = files[0].read_bytes()
        return merged if done.returncode == 0 else merged[: merged.index(b"<<<<<<<")].count(b"\n") + 1


def blame(directory: Path, path: str) -> list[tuple[str, str, int, str]]:
    """For each line of a work tree's file: commit (zeros: not committed yet), author, epoch seconds, subject."""
    known: dict[str, tuple[str, int, str]] = {}
    lines: list[str] = []
    fields: dict[str, str] = {}
    for line in _run(directory, "blame", "--porcelain", "--", path).splitlines():
        if line.startswith("\t"):
            commit_id = lines[-1]
            if commit_id not in known:
                known[commit_id] = (
                    fields.get("author", ""),
                    int(fields.get("author-time", "0")),
                    fields.get("summary", ""),
                )
            fields = {}
        else:
            word, _, rest = line.partition(" ")
            if len(word) == 40 and rest[:1].isdigit():  # a commit's id, and line numbers
                lines.append(word)
            else:
                fields[word] = rest
    return [(commit_id, *known[commit_id]) for commit_id in lines]


class References:
    """Any references of a remote, read and moved without a work tree or a branch of our own.

    Objects live in the bare repository ``scratch``. What is moved is moved only
    from where it was seen, and all at once or not at all.
    """

    def __init__(self, url: str, scratch: Path) -> None:
        self.url = url
        self._scratch = scratch
        self._place = {"GIT_DIR": str(scratch), "GIT_INDEX_FILE": str(scratch / "scratch-index")}

    def listed(self, *patterns: str) -> dict[str, str]:
        """What the remote's references point to right now, those that match full names or globs."""
        lines = self._git("ls-remote", "--", self.url, *patterns, network=True).splitlines()
        return {ref: commit_id for commit_id, _, ref in (line.partition("\t") for line in lines)}

    def fetch(self, *refs: str, history: bool = False) -> None:
        """Get what these references (or globs) point to, and what came before only where ``history`` is asked for."""
        depth = [] if history else ["--depth=1"]
        specs = [f"+{ref}:refs/fetched/{ref}" for ref in refs]
        self._git(
            "fetch", "--quiet", *depth, "--no-tags", "--no-write-fetch-head", "--", self.url, *specs, network=True
        )

    def read(self, commit_id: str, path: str) -> bytes:
        """The bytes of a file in a commit."""
        return _execute(self._scratch, ("cat-file", "blob", f"{commit_id}:{path}"), self._place, None)

    def note(self, path: str, content: bytes, message: str, parent: str | None) -> str:
        """A commit that holds this file and nothing else."""
        source = self._scratch / "scratch-blob"
        source.write_bytes(content)
        blob = self._git("hash-object", "-w", "--no-filters", str(source))
        self._git("read-tree", "--empty")
        self._git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        return self._commit(self._git("write-tree"), message, *([parent] if parent else []))

    def merge(self, ours: str, theirs: str, message: str) -> str:
        """A merge of ``theirs`` into ``ours``; ``GitError`` with the paths where they conflict."""
        try:
            tree = self._git("merge-tree", "--write-tree", "--no-messages", "--name-only", ours, theirs)
        except GitError as exc:
            # The tree with conflict markers comes first, then the paths.
            paths = [line for line in exc.stderr.splitlines()[1:] if line]
            raise GitError(f"conflicts in {', '.join(paths)}" if paths else exc.message, stderr=exc.stderr) from exc
        return self._commit(tree.splitlines()[0], message, ours, theirs)

    def push(self, moves: Mapping[str, tuple[str | None, str | None]]) -> None:
        """Move references from one commit to another, ``None`` where there is none; together or not at all."""
        leases = [f"--force-with-lease={ref}:{old or ''}" for ref, (old, _) in moves.items()]
        specs = [f"{new or ''}:{ref}" for ref, (_, new) in moves.items()]
        self._git("push", "--porcelain", "--atomic", *leases, "--", self.url, *specs, network=True)

    def _commit(self, tree: str, message: str, *parents: str) -> str:
        note = self._scratch / "scratch-message"
        note.write_text(message)
        with_parents = [word for parent in parents for word in ("-p", parent)]
        return self._git("commit-tree", tree, *with_parents, "-F", str(note), env=_identity(self._scratch))

    def _git(self, *arguments: str, env: Mapping[str, str] | None = None, network: bool = False) -> str:
        extra = {**self._place, **(env or {}), **(_credentials(self.url) if network else {})}
        return _run(self._scratch, *arguments, env=extra, timeout=NETWORK_SECONDS if network else None)


@contextmanager
def references(url: str) -> Iterator[References]:
    """A remote's ``References``, whose scratch folder is gone afterwards."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as folder:
        _run(Path(folder), "init", "--quiet", "--bare", ".")
        yield References(url, Path(folder))


def _identity(directory: Path) -> dict[str, str]:
    """Author and committer by environment where git knows none."""
    try:
        _run(directory, "var", "GIT_COMMITTER_IDENT")
    except GitError:
        name, mail = "gitops-generator", "gitops-generator@localhost"
        return {
            "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail,
            "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail,
        }  # fmt: skip
    return {}


def _credentials(url: str) -> dict[str, str]:
    """Configuration, by environment, for a credential helper that reads ``GIT_USERNAME`` and ``GIT_TOKEN``."""
    if "GIT_TOKEN" not in os.environ or not url.startswith(("http://", "https://")):
        return {}
    # After what the environment configures already, and for this host alone: a redirect must not get the token.
    count = int(given) if (given := os.environ.get("GIT_CONFIG_COUNT", "")).isdigit() else 0
    host = "/".join(without_secrets(url).split("/")[:3])
    return {
        "GIT_CONFIG_COUNT": str(count + 2),
        f"GIT_CONFIG_KEY_{count}": f"credential.{host}.helper", f"GIT_CONFIG_VALUE_{count}": "",
        f"GIT_CONFIG_KEY_{count + 1}": f"credential.{host}.helper", f"GIT_CONFIG_VALUE_{count + 1}": _HELPER,
    }  # fmt: skip


def within(directory: Path, words: Sequence[str], env: Mapping[str, str], url: str | None) -> str:
    """What a git command says that runs in ``directory``; with ``url``, it may ask that remote, as ours."""
    extra = {**env, **(_credentials(url) if url else {})}
    return _run(directory, *words, env=extra, timeout=NETWORK_SECONDS if url else None)


def bytes_within(directory: Path, words: Sequence[str], env: Mapping[str, str]) -> bytes:
    """The same, byte for byte."""
    return _execute(directory, tuple(words), env, None)


def _run(directory: Path, *arguments: str, env: Mapping[str, str] | None = None, timeout: float | None = None) -> str:
    return _execute(directory, arguments, env or {}, timeout).decode(errors="replace").rstrip("\n")


def _execute(directory: Path, arguments: tuple[str, ...], env: Mapping[str, str], timeout: float | None) -> bytes:
    import git

    command = git.Git(str(directory))
    command.update_environment(**plumbing.ENVIRONMENT, **env)
    try:
        # GitPython's own time-out leaves children behind on some platforms, so a server that hangs is git's to notice.
        limits = {"GIT_HTTP_LOW_SPEED_LIMIT": "1", "GIT_HTTP_LOW_SPEED_TIME": str(int(timeout))} if timeout else {}
        with command.custom_environment(**limits):
            return _call(command, arguments)
    except git.GitCommandNotFound as exc:
        raise GitError("git: not found", "install git") from exc
    except git.GitCommandError as exc:
        said = _words(exc)
        status = exc.status if isinstance(exc.status, int) else 1
        raise GitError(f"git {arguments[0]}: {said}", plumbing.hint(said), returncode=status, stderr=said) from exc


def _call(command: git.Git, arguments: tuple[str, ...]) -> bytes:
    result = command.execute(
        ["git", *arguments], with_extended_output=False, stdout_as_string=False, strip_newline_in_stdout=False
    )
    assert isinstance(result, bytes)
    return result


def _words(exc: git.GitCommandError) -> str:
    """What git said, without GitPython's wrapping."""
    streams = [str(stream or "") for stream in (exc.stderr, exc.stdout)]
    lines = [line.strip() for stream in streams for line in stream.splitlines()]
    lines = [line.removeprefix("stderr: ").removeprefix("stdout: ").strip("'").strip() for line in lines]
    return plumbing.words("\n".join(lines))
