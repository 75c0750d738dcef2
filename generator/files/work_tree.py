"""Read and write a set of files in a folder: all or none.

Writing has two stages. First every new file is written to a temporary name on
the same file system and flushed, so that a full disk or a read-only folder is
found while nothing has changed. Then all are renamed into place, with
interrupts held back. A crash among the renames leaves some files new and some
old; since a file that is new already needs no change, the next run completes.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final

from generator.errors import RepositoryError
from generator.files import reader

STAGING: Final = ".generator/.staging"
_MANY: Final = 32
HINTS: Final = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "raise the limit on file sizes",
    errno.EEXIST: "move it away: a folder must stand there",
    errno.ENOTDIR: "move it away: a folder must stand there",
}


def read(directory: Path, paths: Iterable[str]) -> dict[str, bytes]:
    """Read those of ``paths`` that exist. Refuses anything but a plain file inside ``directory``.

    Files that a sparse checkout leaves out count as existing.
    """
    folders = reader.Folders(os.fspath(directory.resolve()))
    found: dict[str, bytes] = {}
    wanted = list(paths)
    for path in wanted:
        full = f"{folders.base}/{path}"
        if not folders.has(full[: full.rindex("/")]):
            continue
        try:
            found[path] = reader.content(full)
        except FileNotFoundError:
            continue
        except OSError as exc:
            raise reader.refusal(path, exc) from exc
    if len(found) < len(wanted) and _may_be_sparse(directory):
        from generator.git import sparse

        found |= sparse.read(directory, (path for path in wanted if path not in found))
    return found


def names(directory: Path, folder: str) -> list[str]:
    """List the paths of the files directly in a folder, sorted; also of those that a sparse checkout leaves out."""
    try:
        with os.scandir(directory / folder) as entries:
            found = [f"{folder}/{entry.name}" for entry in entries if entry.is_file()]
    except (FileNotFoundError, NotADirectoryError):
        found = []
    if _may_be_sparse(directory):
        from generator.git import sparse

        found += [path for path in sparse.left_out(directory) if path.rpartition("/")[0] == folder]
    return sorted(found)


def _may_be_sparse(directory: Path) -> bool:
    """Tell whether git must be asked. ``sparse`` is loaded only then."""
    if (directory / ".git/info").is_dir():
        return (directory / ".git/info/sparse-checkout").exists()
    if not (directory / ".git").is_file():
        return False
    from generator.git import sparse  # a linked work tree: its git folder lies elsewhere

    return sparse.possible(directory)


def write(
    directory: Path,
    files: Mapping[str, bytes | None],
    then: Mapping[str, bytes | None] | None = None,
    moves: Mapping[str, str] | None = None,
) -> None:
    """Write ``files`` (``None``: remove), all or none; ``RepositoryError`` if that is impossible.

    The order is: ``moves`` (old path → new path), ``files``, and ``then`` only when all of that is on the disk. If a
    file to remove is missing already, its empty folders are still removed.
    """
    if not files and not then and not moves:
        return
    if _may_be_sparse(directory):
        from generator.git import sparse

        sparse.refuse(directory, (*files, *(then or {}), *(moves or {}), *(moves or {}).values()))
    writer = _Writer(os.fspath(directory.resolve()))
    try:
        for old, new in (moves or {}).items():
            writer.move(old, new)
        for path, content in files.items():
            writer.stage(path, content)
        writer.barrier()
        for path, content in (then or {}).items():
            writer.stage(path, content)
        writer.flush()
        with _uninterrupted():
            writer.swap()
    except OSError as exc:
        name = str(exc.filename or exc.filename2 or writer.current).removeprefix(f"{writer.base}/")
        hint = HINTS.get(exc.errno or 0, "make it writable")
        if writer.swapping:
            raise RepositoryError(f"{name}: {exc.strerror}; half-way through", f"{hint}, and run it again") from exc
        raise RepositoryError(f"{name}: {exc.strerror}; nothing was written", hint) from exc
    finally:
        with _uninterrupted():
            writer.clean()


class _Writer:
    """One transaction. Works with paths as text: with thousands of files, ``pathlib`` would take half of the time."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.current = "."
        self.swapping = False
        self._folder = f"{base}/{STAGING}"
        # What comes into place (from, to), what goes (None, from), and where to wait for the disk (None, None).
        self._actions: list[tuple[str | None, str | None]] = []
        self._going: list[str] = []
        self._known = {base}
        self._created: dict[str, None] = {}

    def stage(self, path: str, content: bytes | None) -> None:
        """Write the new content beside its place; find out now whatever could go wrong later."""
        self.current = path
        target = f"{self.base}/{path}"
        folder = target[: target.rindex("/")]
        mode = None if folder in self._created else self._mode(target)
        if content is None:
            if mode is not None:
                self._enter(folder)
            self._going.append(target)
            return
        self._enter(folder)
        self._enter(self._folder)
        temporary = f"{self._folder}/{len(self._actions)}"
        self._actions.append((temporary, target))
        _create(temporary, content)
        if mode is not None:  # an executable file stays one
            os.chmod(temporary, mode & 0o777)  # noqa: PTH101

    def move(self, path: str, new: str) -> None:
        """Move a file to another path unchanged; folders that become empty are removed."""
        self.current = path
        target = f"{self.base}/{new}"
        self._enter(target[: target.rindex("/")])
        self._actions.append((f"{self.base}/{path}", target))
        self._going.append(f"{self.base}/{path}")

    def barrier(self) -> None:
        """Ensure that everything staged so far reaches the disk before later changes."""
        self._put_last()
        self._actions.append((None, None))

    def _put_last(self) -> None:
        """Queue removals after writes, which may need the same folder."""
        self._actions += [(None, target) for target in self._going]
        self._going.clear()

    def flush(self) -> None:
        """Get the staged files onto the disk, so that no power cut leaves a renamed file empty."""
        _to_disk([temporary for temporary, _ in self._actions if temporary and temporary.startswith(self._folder)])

    def swap(self) -> None:
        """Move all files into place, and remove the others, with folders that become empty."""
        self._put_last()
        self.swapping = True
        touched: dict[str, None] = {}
        for temporary, target in self._actions:
            if target is None:
                _to_disk([folder for folder in touched if os.path.isdir(folder)])  # noqa: PTH112
                continue
            folder = target[: target.rindex("/")]
            touched[folder] = None
            if temporary:
                os.replace(temporary, target)  # noqa: PTH105
            else:
                self._remove(target, folder)
        self._actions.clear()
        self._created.clear()

    def _remove(self, target: str, folder: str) -> None:
        with suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(target)  # noqa: PTH108
        while len(folder) > len(self.base):
            try:
                os.rmdir(folder)  # noqa: PTH106
            except FileNotFoundError:
                pass  # the one above may be empty as well
            except OSError:
                return
            folder = folder[: folder.rindex("/")]

    def clean(self) -> None:
        """Remove temporary files; after a failure, also the folders that were made."""
        for temporary, _ in self._actions:
            with suppress(OSError):
                if temporary and temporary.startswith(self._folder):
                    os.unlink(temporary)  # noqa: PTH108
        for folder in [self._folder, *reversed(self._created)]:
            with suppress(OSError):
                os.rmdir(folder)  # noqa: PTH106

    def _mode(self, target: str) -> int | None:
        """Return the permissions of the file that exists; ``None`` if there is none."""
        try:
            found = os.lstat(target).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        name = target.removeprefix(f"{self.base}/")
        if stat.S_ISLNK(found):
            raise RepositoryError(f"{name}: a symbolic link; nothing was written", "replace it by what it points to")
        if not stat.S_ISREG(found):
            raise RepositoryError(f"{name}: not a plain file; nothing was written", "move it away")
        if not found & 0o200:
            # A rename would replace it without asking; the person who made it read-only wants to be asked.
            raise PermissionError(errno.EACCES, "is read-only", target)
        return found

    def _enter(self, folder: str) -> None:
        """Make sure that a folder is there, is no link that leads elsewhere, and can be written to."""
        if folder in self._known:
            return
        self._enter(folder[: folder.rindex("/")])
        try:
            found = os.lstat(folder).st_mode
        except FileNotFoundError:
            self._created[folder] = None
            os.mkdir(folder)  # noqa: PTH102
        else:
            name = folder.removeprefix(f"{self.base}/")
            if stat.S_ISLNK(found):
                raise RepositoryError(f"{name}: a symbolic link; nothing was written", "replace it by a folder")
            if not stat.S_ISDIR(found):
                raise RepositoryError(f"{name}: a file stands where a folder should be", "move that file away")
            if not os.access(folder, os.W_OK):
                raise PermissionError(errno.EACCES, "is read-only", folder)
            if os.path.lexists(f"{folder}/.git"):
                raise RepositoryError(f"{name}: a repository of its own; nothing was written", "generate elsewhere")
        self._known.add(folder)


def _to_disk(paths: Sequence[str]) -> None:
    """Wait until files and folders are on the disk; with many of them, until all of their file system is."""
    if len(paths) > _MANY and _sync_file_system(paths[0]):
        return
    for path in paths:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sync_file_system(path: str) -> bool:
    """Flush the file system of ``path`` in one go, and tell whether that worked.

    ``os.sync`` would wait for all other file systems as well.
    """
    import ctypes

    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return bool(ctypes.CDLL(None).syncfs(handle) == 0)
    except (AttributeError, OSError, TypeError):  # a system that has no such call
        return False
    finally:
        os.close(handle)


def _create(path: str, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        written = os.write(handle, content)
        while written < len(content):  # a full disk takes a part, and refuses the next
            written += os.write(handle, content[written:])
    finally:
        os.close(handle)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C and a polite kill wait until the renames are through."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)

    former = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Let only one generator at a time write to a repository. The folder itself is the lock: nothing is left behind."""
    import fcntl

    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise RepositoryError("another generator is at work here", "wait until it is done") from exc
        with _terminable():
            _clear(directory / STAGING)
            yield
    finally:
        os.close(handle)


def _clear(staging: Path) -> None:
    """Remove what a run that was killed has left; through no link, since that would lead elsewhere."""
    if staging.is_dir() and not staging.is_symlink() and not staging.parent.is_symlink():
        shutil.rmtree(staging)


@contextmanager
def _terminable() -> Iterator[None]:
    """Turn SIGTERM into an interrupt, so that staged files are cleaned up."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
