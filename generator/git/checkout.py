"""Small operations on a git work tree, through GitPython.

GitPython runs the ``git`` on PATH and hides passwords in the commands that
its errors quote. Every verb raises ``GitError`` with git's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.errors import GitError, RepositoryError
from generator.git import plumbing
from generator.git.plumbing import around

if TYPE_CHECKING:
    import git

# A squash merge leaves a message only.
_UNFINISHED: Final = ("MERGE_HEAD", "rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "REVERT_HEAD", "SQUASH_MSG")


def root(directory: Path) -> Path:
    """Return the top folder of the work tree that holds ``directory``; ``RepositoryError`` if there is none."""
    try:
        return Path(_run(directory, "rev-parse", "--show-toplevel"))
    except GitError as exc:
        if around(directory) is not None:  # git has its reasons
            raise
        raise RepositoryError(f"{directory}: not in a git repository", plumbing.NO_REPOSITORY) from exc


def unmerged(directory: Path) -> list[str]:
    """Return paths with conflicts that are not resolved yet."""
    return _names(_run(directory, "diff", "--name-only", "-z", "--diff-filter=U"))


def stages(directory: Path, path: str) -> dict[int, bytes]:
    """Return the existing stages of a file with conflicts from git's index.

    Stage 1 is the common ancestor, 2 is the current branch, 3 is the merged branch.
    """
    entries = _run(directory, "ls-files", "--unmerged", "-z", "--", path)
    found = [entry.partition("\t")[0].split() for entry in _names(entries)]
    return {int(stage): _execute(directory, ("cat-file", "blob", blob)) for _, blob, stage in found}


def deleted_on_one_side(directory: Path, folder: str) -> list[str]:
    """Return files with conflicts that one of the two branches has deleted."""
    sides: dict[str, set[str]] = {}
    for entry in _names(_run(directory, "ls-files", "--unmerged", "-z", "--", folder)):
        about, _, path = entry.partition("\t")
        sides.setdefault(path, set()).add(about.split()[2])
    return [path for path, stages_there in sides.items() if not {"2", "3"} <= stages_there]


def unfinished(directory: Path) -> str | None:
    """Return the file by which git remembers a merge, rebase, cherry-pick or revert under way; runs no git."""
    place = plumbing.folder(directory)
    return next((name for name in _UNFINISHED if (place / name).exists()), None) if place else None


def incoming(directory: Path) -> tuple[str, str, str] | None:
    """Return the commits of an unfinished merge, rebase, cherry-pick or revert: ancestor, current, merged."""
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
    """Read the commits, the newest first, out of the message of a squash merge, which leaves nothing else."""
    note = Path(_run(directory, "rev-parse", "--git-path", "SQUASH_MSG"))
    try:
        lines = (directory / note).read_text(errors="replace").splitlines()
        theirs = next(line.split()[1] for line in lines if line.startswith("commit "))
        return _run(directory, "merge-base", ours, theirs).splitlines()[0], ours, theirs
    except (OSError, StopIteration, IndexError, GitError):
        return None


def content(directory: Path, commit_id: str, path: str) -> bytes | None:
    """Return a file as a commit has it; None if it has none."""
    entry = _run(directory, "ls-tree", commit_id, "--", path)
    return _execute(directory, ("cat-file", "blob", entry.split()[2])) if entry else None


def committed(directory: Path, path: str) -> bytes | None:
    """Return a file as HEAD has it; None if it has none, or there is no commit yet."""
    try:
        return content(directory, head(directory), path)
    except GitError:
        return None


def is_stored_as(directory: Path, path: str, content: bytes, wanted: bytes) -> bool:
    """Tell whether git would store this content of a work tree's file as ``wanted``.

    git may change line ends and apply filters.
    """
    if content == wanted:
        return True
    words = ("hash-object", "--stdin")
    ours = plumbing.begin(*words, f"--path={path}", directory=directory).result(content)
    return ours == plumbing.begin(*words, "--no-filters", directory=directory).result(wanted)


def changed(directory: Path, *paths: str) -> list[str]:
    """Return which of ``paths`` (relative to ``directory``) differ from HEAD or are untracked."""
    prefix = _run(directory, "rev-parse", "--show-prefix")
    said = _run(directory, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *paths)
    return [entry[3:].removeprefix(prefix) for entry in _names(said)]


def init(directory: Path, branch: str) -> None:
    """Make a new repository whose first branch is ``branch``."""
    _run(directory, "init", "--quiet", f"--initial-branch={branch}")


def commit(directory: Path, message: str, paths: list[str]) -> str:
    """Commit only ``paths``, as the user would: with hooks, and signed if that is configured.

    Returns the commit. If it fails, the index is as it was.
    """
    new = _names(_run(directory, "ls-files", "--others", "-z", "--", *paths))
    if new:
        _run(directory, "add", "--", *new)
    try:
        words = ("commit", "--quiet", "--only", "--cleanup=verbatim", "-m", message, "--", *paths)
        _execute(directory, words, plumbing.PLAIN)
    except GitError:
        if new:
            _run(directory, "rm", "--cached", "--quiet", "--", *new)
        raise
    return head(directory)


def require_identity(directory: Path) -> None:
    """Raise ``GitError`` if git does not know who commits."""
    try:
        for role in ("AUTHOR", "COMMITTER"):
            _run(directory, "var", f"GIT_{role}_IDENT")
    except GitError as exc:
        raise GitError(
            f"git does not know who commits; nothing was written: {exc.stderr.splitlines()[-1]}",
            "git config user.name NAME, and git config user.email ADDRESS",
            stderr=exc.stderr,
        ) from exc


def head(directory: Path) -> str:
    """Return the commit that is checked out."""
    return _run(directory, "rev-parse", "HEAD")


def remote_url(directory: Path, name: str = "origin") -> str | None:
    """Return the URL of a remote, or None."""
    try:
        return _run(directory, "remote", "get-url", name)
    except GitError as exc:
        if plumbing.FOREIGN_OWNER in exc.stderr:
            raise
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


def contains(directory: Path, newer: str, older: str) -> bool:
    """Tell whether the history of one commit contains another one, as far as both are available."""
    if not (newer and older):
        return False
    try:
        plumbing.begin("merge-base", "--is-ancestor", older, newer, directory=directory).result()
    except GitError:
        return False
    return True


def describe_head(directory: Path) -> dict[str, str]:
    """Describe the commit that is checked out: author, date, id, subject, repository; empty outside a repository.

    The keys are those of Argo CD's ``Argocd-reference-commit-*`` trailers.
    """
    return describing_head(directory)()


def describing_head(directory: Path) -> Callable[[], dict[str, str]]:
    """Start a ``describe_head`` that runs in parallel until its result is requested."""
    if plumbing.outside(directory):  # such as a build whose source came without `.git`
        return dict
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


def merge_lines(original: bytes, local: bytes, updated: bytes) -> bytes | int:
    """Merge text by lines as git does: return the result, or the line of ``local`` where the first conflict starts."""
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
    """Return for each line of a work tree's file: commit (zeros: not committed yet), author, epoch seconds, subject."""
    known: dict[str, tuple[str, int, str]] = {}
    lines: list[str] = []
    fields: dict[str, str] = {}
    commit = () if (directory / path).exists() else ("HEAD",)  # which a sparse checkout may have left out
    for line in _run(directory, "blame", "--porcelain", "--no-textconv", *commit, "--", path).splitlines():
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


def _run(directory: Path, *arguments: str) -> str:
    return _execute(directory, arguments).decode(errors="replace").rstrip("\n")


def _names(said: str) -> list[str]:
    """Return what git lists with ``-z``."""
    return [name for name in said.split("\0") if name]


def _execute(
    directory: Path, arguments: tuple[str, ...], settings: Sequence[tuple[str, str]] = plumbing.QUIET
) -> bytes:
    if plumbing.astray(directory):  # GitPython takes nothing out of the environment
        return plumbing.begin(*arguments, directory=directory, settings=settings).result()
    import git

    command = git.Git(str(directory))
    command.update_environment(**plumbing.ENVIRONMENT)
    try:
        return _call(command, [*plumbing.configured(settings), *arguments])
    except git.GitCommandNotFound as exc:
        raise GitError("git: not found", "install git") from exc
    except git.GitCommandError as exc:
        said = _words(exc)
        status = exc.status if isinstance(exc.status, int) else 1
        raise GitError(f"git {arguments[0]}: {said}", plumbing.hint(said), returncode=status, stderr=said) from exc


def _call(command: git.Git, arguments: Sequence[str]) -> bytes:
    result = command.execute(
        ["git", *arguments], with_extended_output=False, stdout_as_string=False, strip_newline_in_stdout=False
    )
    assert isinstance(result, bytes)
    return result


def _words(exc: git.GitCommandError) -> str:
    """Return what git said, without GitPython's wrapping."""
    streams = [str(stream or "") for stream in (exc.stderr, exc.stdout)]
    lines = [line.strip() for stream in streams for line in stream.splitlines()]
    lines = [line.removeprefix("stderr: ").removeprefix("stdout: ").strip("'").strip() for line in lines]
    return plumbing.words("\n".join(lines))
