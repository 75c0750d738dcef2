"""The cache of tools outside of all checkouts: ``tools/<name>/<version>/<name>`` and ``files/<name>/<version>/…``.

An installed folder gets its final name by a single rename, so it is there
completely or not at all, even if the installer is killed. Beside an executable
is ``record.json`` with its SHA-256, size and modification time.

``intact`` only compares size and modification time. A hash of argocd's 200 MB
takes longer than most commands, and would not stop a user who can write to this
folder, because they could also change the record. The comparison finds a
truncated copy, the result of a full disk, and a file that was replaced by hand.
If only the time differs (a CI system packed and unpacked the cache), the hash
decides. ``tools install`` always compares the hash.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from generator.errors import ToolError

if TYPE_CHECKING:
    from generator.tools.pin import Pin
    from generator.tools.pinned_files import Files

RECORD = "record.json"
PARTIAL = ".partial-"


def folder() -> Path:
    """Return the cache's folder: ``$GENERATOR_CACHE``, else ``gitops-generator`` in the user's. It may not exist."""
    if own := os.environ.get("GENERATOR_CACHE"):
        return Path(own).absolute()
    # The XDG specification says to ignore a relative path.
    if (base := os.environ.get("XDG_CACHE_HOME", "")).startswith("/"):
        return Path(base, "gitops-generator")
    return Path.home() / ".cache" / "gitops-generator"


@dataclass(frozen=True, slots=True)
class Record:
    """Data about an executable at its installation; ``source`` is ``release`` or ``module``."""

    sha256: str
    size: int
    mtime_ns: int
    source: str
    origin: str


def executable(pin: Pin) -> Path:
    """Return the path of a tool's pinned version in the cache, even if it is not installed."""
    return folder() / "tools" / pin.name / pin.version / pin.name


def files(entry: Files) -> Path:
    """Return the folder of a module's source files in the cache, even if they are not installed."""
    return folder() / "files" / entry.name / entry.version


def record(path: Path) -> Record | None:
    """Return the record of an executable; None if it is not installed, or if the record cannot be read."""
    try:
        return Record(**json.loads((path.parent / RECORD).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def intact(path: Path, *, thorough: bool = False) -> bool:
    """Tell whether an executable exists and is unchanged; with ``thorough``, always by its hash."""
    known = record(path)
    try:
        stat = path.stat()
    except OSError:
        return False
    if known is None or stat.st_size != known.size:
        return False
    if stat.st_mtime_ns == known.mtime_ns and not thorough:
        return True
    return sha256(path) == known.sha256


def write_record(path: Path, source: str, origin: str) -> Record:
    """Write the record of an executable to its folder; ``origin`` is its URL or package."""
    stat = path.stat()
    made = Record(sha256(path), stat.st_size, stat.st_mtime_ns, source, origin)
    (path.parent / RECORD).write_text(json.dumps(asdict(made), indent=1) + "\n")
    return made


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    import hashlib

    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def locked(kind: str, names: list[str], waiting: Callable[[str], object], every: float | None = None) -> Iterator[None]:
    """Lock these names against other installers, in this process and in others.

    The locks are taken in a fixed order, so that two installers of overlapping groups
    cannot deadlock. The lock of a killed process is released. ``waiting`` is called
    with a sentence before this function waits, and again every half minute, or after ``every`` seconds.
    """
    import fcntl
    import shutil

    with ExitStack() as stack:
        for name in sorted(names):
            home = prepare(kind, name)
            stream = stack.enter_context((home / ".lock").open("w"))
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _wait(stream, f"waiting for another installation of {name}", waiting, every)
            # The installer of these folders was killed, because this process has the lock now.
            for left in home.glob(f"{PARTIAL}*"):
                shutil.rmtree(left, ignore_errors=True)
        yield


def _wait(stream: TextIO, doing: str, tell: Callable[[str], object], every: float | None) -> None:
    """Wait for a lock, and tell so."""
    import fcntl

    from generator.tools import progress, still

    tell(doing)
    with still.telling(
        tell, lambda seconds: f"  still {doing}: {progress.clock(seconds)}", every or still.EVERY_SECONDS
    ):
        fcntl.flock(stream, fcntl.LOCK_EX)


@contextmanager
def partial(kind: str, name: str) -> Iterator[Path]:
    """Make a temporary folder in the cache; it is removed at the end unless ``publish`` has moved it.

    The caller must have the lock of ``name``.
    """
    import shutil
    import tempfile

    made = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=folder() / kind / name))
    # mkdtemp makes a private folder, but a daemon may run as another user.
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def publish(made: Path, final: Path) -> None:
    """Move a complete folder to its final name; an unusable folder with that name is replaced."""
    import shutil
    import tempfile

    if final.exists():
        aside = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=final.parent))
        final.rename(aside / final.name)
        shutil.rmtree(aside, ignore_errors=True)
    made.rename(final)


def prepare(kind: str, name: str) -> Path:
    """Make the folder of a name in the cache, and return it. Raise ``ToolError`` if it cannot be written to."""
    path = folder() / kind / name
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ToolError(
            f"cannot write to the cache {path}: {exc.strerror}", "set GENERATOR_CACHE to a folder that you can write to"
        ) from exc
    return path
