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
            shutil.copytree(self.place, kept, symlinks=True)
            return
        self.clear()
        shutil.copytree(kept, self.place, symlinks=True, dirs_exist_ok=True)
        for folder in self.place.iterdir():
            if (folder / ".git/index").exists():
                # It holds what the files had for numbers, and copies have others.
                subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=folder, check=True)
