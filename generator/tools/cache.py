"""Cache outside of every checkout: ``tools/<name>/<version>/<name>`` and ``files/<name>/<version>/…``.

What is installed appears under its final name by one rename of a whole folder,
so it is there completely or not at all, whenever the installer is killed. Beside
an executable lies ``record.json`` with its SHA-256, size and modification time.

``intact`` compares size and modification time only: hashing the 200 MB of argocd
takes longer than most commands do, and would not stop a user who can write to
this folder, since they can write the record as well. It finds what really
happens: a truncated copy, a disk that filled up, a file swapped by hand. Where
the time differs and the size does not (a cache that a CI system packed and
unpacked), the hash decides. ``tools install`` always hashes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from generator.errors import ToolError
from generator.tools.pin import Pin
from generator.tools.pinned_files import Files

RECORD = "record.json"
PARTIAL = ".partial-"


def folder() -> Path:
    """Return the cache's folder: ``$GENERATOR_CACHE``, else ``gitops-generator`` in the user's; it may not exist."""
    if own := os.environ.get("GENERATOR_CACHE"):
        return Path(own).absolute()
    # The XDG specification says to ignore a relative path.
    if (base := os.environ.get("XDG_CACHE_HOME", "")).startswith("/"):
        return Path(base, "gitops-generator")
    return Path.home() / ".cache" / "gitops-generator"


@dataclass(frozen=True, slots=True)
class Record:
    """Facts about an executable when it was installed; ``source`` is ``release`` or ``module``."""

    sha256: str
    size: int
    mtime_ns: int
    source: str
    origin: str


def executable(pin: Pin) -> Path:
    """Return the path that the pinned version of a tool has in the cache, installed or not."""
    return folder() / "tools" / pin.name / pin.version / pin.name


def files(entry: Files) -> Path:
    """Return the folder that a module's source files have in the cache, installed or not."""
    return folder() / "files" / entry.name / entry.version


def record(path: Path) -> Record | None:
    """Read the record of an executable; None if it was not installed or the record cannot be read."""
    try:
        return Record(**json.loads((path.parent / RECORD).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def intact(path: Path, *, thorough: bool = False) -> bool:
    """Tell whether an executable is there and unchanged; ``thorough`` hashes it in any case."""
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
    """Record an executable in the folder that it lies in; ``origin`` is the URL or the package that it came from."""
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
def locked(kind: str, names: list[str], waiting: Callable[[str], object]) -> Iterator[None]:
    """Keep other installers of these names out, in this process and in others.

    The locks are taken in one order, so two installers of overlapping groups
    cannot block each other for good. A killed holder lets go. ``waiting`` is
    called with a sentence before this blocks.
    """
    import fcntl
    import shutil

    with ExitStack() as stack:
        for name in sorted(names):
            home = folder() / kind / name
            _make(home)
            stream = stack.enter_context((home / ".lock").open("w"))
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting(f"waiting for another installation of {name}")
                fcntl.flock(stream, fcntl.LOCK_EX)
            # The installer that left these was killed, since this one has the lock now.
            for left in home.glob(f"{PARTIAL}*"):
                shutil.rmtree(left, ignore_errors=True)
        yield


@contextmanager
def partial(kind: str, name: str) -> Iterator[Path]:
    """Make a scratch folder on the cache's file system, removed at the end unless ``publish`` has moved it.

    Take the lock of ``name`` first.
    """
    import shutil
    import tempfile

    made = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=folder() / kind / name))
    # mkdtemp makes it private, but a daemon may have to run under a user of its own.
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def publish(made: Path, final: Path) -> None:
    """Give a finished folder its final name; an unusable one that has the name already is replaced."""
    import shutil
    import tempfile

    if final.exists():
        aside = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=final.parent))
        final.rename(aside / final.name)
        shutil.rmtree(aside, ignore_errors=True)
    made.rename(final)


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ToolError(
            f"cannot write to the cache {path}: {exc.strerror}", "set GENERATOR_CACHE to a folder that you can write to"
        ) from exc
