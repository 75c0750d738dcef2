"""A set of files in a folder: read them, write them, all or none.

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
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final

from generator.errors import RepositoryError

STAGING: Final = ".generator/.staging"
_MANY: Final = 32
_CHUNK: Final = 16384


def read(directory: Path, paths: Iterable[str]) -> dict[str, bytes]:
    """The content of those of ``paths`` that exist. Anything but a plain file inside ``directory`` is refused."""
    base = os.fspath(directory.resolve())
    files: dict[str, bytes] = {}
    absent: set[str] = set()  # folders
    for path in paths:
        full = f"{base}/{path}"
        folder = full[: full.rindex("/")]
        if folder in absent:
            continue
        try:
            files[path] = _content(full)
        except FileNotFoundError:
            if os.path.islink(full):  # noqa: PTH114
                raise RepositoryError(f"{path}: a link that leads nowhere", "remove it, or put a file there") from None
            if not os.path.lexists(folder):
                absent.add(folder)
        except NotADirectoryError as exc:
            raise RepositoryError(f"{path}: a file stands where a folder should be", "move that file away") from exc
        except IsADirectoryError as exc:
            raise RepositoryError(f"{path}: a folder stands where a file should be", "move that folder away") from exc
        except OSError as exc:
            raise RepositoryError(f"{path}: {exc.strerror}", "make it readable") from exc
    return files


def _content(path: str) -> bytes:
    """Half the time of ``open`` and ``read``, and there are thousands."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        content = os.read(handle, _CHUNK)
        if more := os.read(handle, _CHUNK):
            with open(handle, "rb", closefd=False) as stream:
                return content + more + stream.read()
        return content
    finally:
        os.close(handle)


def write(directory: Path, files: Mapping[str, bytes | None]) -> None:
    """Bring ``files`` to their content (``None``: remove), all or none; ``RepositoryError`` if that cannot be."""
    if not files:
        return
    writer = _Writer(os.fspath(directory.resolve()))
    try:
        for path, content in files.items():
            writer.stage(path, content)
        writer.flush()
        with _uninterrupted():
            writer.swap()
    except OSError as exc:
        name = str(exc.filename or exc.filename2 or ".").removeprefix(f"{writer.base}/")
        hint = "free some space" if exc.errno == errno.ENOSPC else "make it writable"
        raise RepositoryError(f"{name}: {exc.strerror}; nothing was written", hint) from exc
    finally:
        writer.clean()


class _Writer:
    """One transaction. Works with paths as text: with thousands of files, ``pathlib`` would take half of the time."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._folder = f"{base}/{STAGING}"
        self._staged: list[tuple[str, str]] = []
        self._removed: list[str] = []
        self._known = {base}
        self._created: dict[str, None] = {}

    def stage(self, path: str, content: bytes | None) -> None:
        """Write the new content beside its place; find out now whatever could go wrong later."""
        target = f"{self.base}/{path}"
        folder = target[: target.rindex("/")]
        mode = None if folder in self._created else self._mode(target)
        if content is None:
            if mode is not None:
                self._enter(folder)
                self._removed.append(target)
            return
        self._enter(folder)
        self._enter(self._folder)
        temporary = f"{self._folder}/{len(self._staged)}"
        self._staged.append((temporary, target))
        _create(temporary, content)
        if mode is not None and mode & 0o111:  # an executable file stays one
            os.chmod(temporary, mode & 0o777)  # noqa: PTH101

    def flush(self) -> None:
        """Get the staged files onto the disk, so that no power cut leaves a renamed file empty."""
        if len(self._staged) > _MANY:
            _sync(self.base)  # one wait for all of them
            return
        for temporary, _ in self._staged:
            handle = os.open(temporary, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)

    def swap(self) -> None:
        """Put everything into its place, and remove what goes, with the folders that are empty then."""
        for temporary, target in self._staged:
            os.replace(temporary, target)  # noqa: PTH105
        for target in self._removed:
            with suppress(FileNotFoundError):
                os.unlink(target)  # noqa: PTH108
            folder = target[: target.rindex("/")]
            with suppress(OSError):
                while len(folder) > len(self.base):
                    os.rmdir(folder)  # noqa: PTH106
                    folder = folder[: folder.rindex("/")]
        self._staged.clear()
        self._created.clear()

    def clean(self) -> None:
        """Leave nothing behind but the files themselves; after a failure, not even the folders made for them."""
        for temporary, _ in self._staged:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
        for folder in [self._folder, *reversed(self._created)]:
            with suppress(OSError):
                os.rmdir(folder)  # noqa: PTH106

    def _mode(self, target: str) -> int | None:
        """The permissions of the file that is there now; ``None`` if there is none."""
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
            os.mkdir(folder)  # noqa: PTH102
            self._created[folder] = None
        else:
            name = folder.removeprefix(f"{self.base}/")
            if stat.S_ISLNK(found):
                raise RepositoryError(f"{name}: a symbolic link; nothing was written", "replace it by a folder")
            if not stat.S_ISDIR(found):
                raise RepositoryError(f"{name}: a file stands where a folder should be", "move that file away")
            if not os.access(folder, os.W_OK):
                raise PermissionError(errno.EACCES, "is read-only", folder)
        self._known.add(folder)


def _sync(folder: str) -> None:
    """Flush the file system that ``folder`` is on, or all of them where the system can do no better."""
    import ctypes

    try:
        flush = ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):
        os.sync()
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if flush(handle) == 0:
            return
        if ctypes.get_errno() != errno.ENOSYS:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), folder)
        os.sync()
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
    """Ctrl-C and a polite kill wait until the renames are through."""
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
    """Only one generator at a time writes to a repository. The folder itself is the lock, so nothing is left behind."""
    import fcntl

    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise RepositoryError("another generator is at work here", "wait until it is done") from exc
        if (directory / STAGING).is_dir():  # left by a run that was killed
            shutil.rmtree(directory / STAGING)
        yield
    finally:
        os.close(handle)
