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
import secrets
import shutil
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final

from generator.errors import RepositoryError

STAGING: Final = ".generator/.staging"
HINTS: Final = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "raise the limit on file sizes",
    errno.EEXIST: "move it away: a folder must stand there",
    errno.ENOTDIR: "move it away: a folder must stand there",
}


def read(directory: Path, paths: Iterable[str]) -> dict[str, bytes]:
    """The content of those of ``paths`` that exist. Anything but a plain file inside ``directory`` is refused."""
    base = os.fspath(directory.resolve())
    files: dict[str, bytes] = {}
    for path in paths:
        full = f"{base}/{path}"
        try:
            with open(full, "rb") as stream:  # noqa: PTH123 (twice as fast, and there are thousands)
                files[path] = stream.read()
        except FileNotFoundError:
            if os.path.lexists(full):
                raise RepositoryError(f"{path}: a link that leads nowhere", "remove it, or put a file there") from None
        except NotADirectoryError as exc:
            raise RepositoryError(f"{path}: a file stands where a folder should be", "move that file away") from exc
        except IsADirectoryError as exc:
            raise RepositoryError(f"{path}: a folder stands where a file should be", "move that folder away") from exc
        except OSError as exc:
            raise RepositoryError(f"{path}: {exc.strerror}", "make it readable") from exc
    return files


def write(directory: Path, files: Mapping[str, bytes | None]) -> None:
    """Bring ``files`` to their content (``None``: remove), all or none; ``RepositoryError`` if that cannot be."""
    base = directory.resolve()
    if not files:
        return
    for path in (*files, STAGING):
        _refuse_links(base, path)
    staged: list[tuple[Path, Path]] = []
    created: list[Path] = []
    folder = base / STAGING / secrets.token_hex(4)
    try:
        _clear_leftovers(base / STAGING)
        _make(folder, created)
        for number, (path, content) in enumerate(files.items()):
            target = base / path
            if content is not None:
                _make(target.parent, created)
                _writable(target)
                staged.append((_stage(folder / str(number), content, target), target))
            elif target.exists():
                _writable(target)
        with _uninterrupted():
            for source, target in staged:
                source.replace(target)
            for path, content in files.items():
                if content is None:
                    (base / path).unlink(missing_ok=True)
                    _remove_empty((base / path).parent, base)
            created.clear()
    except OSError as exc:
        name = Path(exc.filename or exc.filename2 or base)
        shown = name.relative_to(base) if name.is_relative_to(base) else name
        hint = HINTS.get(exc.errno or 0, "make it writable")
        raise RepositoryError(f"{shown}: {exc.strerror}; nothing was written", hint) from exc
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            folder.parent.rmdir()
        for made in reversed(created):
            with suppress(OSError):
                made.rmdir()


def _stage(temporary: Path, content: bytes, target: Path) -> Path:
    with temporary.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if target.exists():  # an executable file stays one
        temporary.chmod(target.stat().st_mode & 0o777)
    return temporary


def _clear_leftovers(staging: Path) -> None:
    """What a run that was killed has left; nobody else is at work here, since writers hold the lock."""
    if staging.is_dir():
        shutil.rmtree(staging)


def _make(folder: Path, created: list[Path]) -> None:
    """``mkdir -p`` that remembers what it made, for the way back."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for item in reversed(missing):
        item.mkdir()
        created.append(item)


def _writable(target: Path) -> None:
    """A rename would replace a read-only file without asking; the person who made it so wants to be asked."""
    if target.is_dir():
        raise RepositoryError(f"{target.name}: a folder stands where a file should be", "move that folder away")
    if target.exists() and not target.stat().st_mode & 0o200:
        raise PermissionError(13, "is read-only", str(target))
    if not os.access(target.parent, os.W_OK):
        raise PermissionError(13, "is read-only", str(target.parent))


def _refuse_links(base: Path, path: str) -> None:
    """A link in the way would make us write outside the repository."""
    place = base
    for part in path.split("/"):
        place = place / part
        if place.is_symlink():
            raise RepositoryError(
                f"{place.relative_to(base)}: a symbolic link; nothing was written", "replace it by what it points to"
            )


def _remove_empty(folder: Path, base: Path) -> None:
    while folder != base:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


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
        yield
    finally:
        os.close(handle)
