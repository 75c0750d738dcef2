"""Repositories that many tests start from: made once, committed, and copied for each test."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path


class Templates:
    """Folders as a function made them, each kept below ``folder`` by its name.

    Specs, remotes and git name absolute paths, so a copy lies where the first one was made: at ``place``, which belongs
    to one test at a time.
    """

    def __init__(self, folder: Path) -> None:
        self.place = folder / "place"
        self._kept = folder / "kept"
        self._kept.mkdir(parents=True)

    def clear(self) -> Path:
        """Empty the place for the next test, and return it."""
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()
        return self.place

    def fill(self, name: str, make: Callable[[], object]) -> None:
        """Leave in the place what ``make`` leaves there when it begins with what is there now."""
        kept = self._kept / name
        if not kept.exists():
            make()
            pack(self.place)
            copy(self.place, kept)
        else:
            shutil.rmtree(self.place)
            copy(kept, self.place)


def pack(folder: Path) -> None:
    """Put the objects of the repositories in a folder into one file each: most files of a small one are objects."""
    for repository in folder.iterdir():
        if (repository / ".git").is_dir() or (repository / "objects").is_dir():
            subprocess.run(["git", "repack", "-adq"], cwd=repository, check=True)


def copy(folder: Path, target: Path) -> None:
    """Copy a folder to where there is nothing yet.

    Files keep their times, which is what git's index knows of them where tests configure it. A program does that in
    half of the time that Python takes.
    """
    subprocess.run(["cp", "-a", folder, target], check=True)
