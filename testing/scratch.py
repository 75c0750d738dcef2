"""The folder that tests write to: in memory if the machine has room for it.

The generator flushes what it writes to the disk, and so does git; on a busy disk that takes most of a test's time. And what
Python makes of modules is kept, whatever the shell says: tests start hundreds of processes.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")
# A whole run has less than that at any time.
ROOM: Final = 2 * 1024**3


def in_memory() -> Path | None:
    """Return a folder in memory that may be written to, has room, and from which programs can be run."""
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return None
    if shutil.disk_usage(MEMORY).free < ROOM:
        return None
    folder = MEMORY / f"gg-tests-{os.getuid()}"
    # Servers that refuse to be root run as somebody else, and have to come through.
    folder.mkdir(mode=0o711, exist_ok=True)
    return folder if folder.stat().st_uid == os.getuid() and not folder.is_symlink() else None


def choose() -> None:
    """Choose for this process and those that it starts; a TMPDIR that is given stays."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if "TMPDIR" not in os.environ and (folder := in_memory()):
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


choose()
