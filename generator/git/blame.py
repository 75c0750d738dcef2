"""Find who wrote the lines of a file, by git."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from generator.errors import GeneratorError
from generator.git import checkout

UNCOMMITTED: Final = "not committed yet"


class Blame:
    """git's word on the lines of a work tree's file; asked once, and only if needed."""

    def __init__(self, directory: Path, path: str) -> None:
        self._directory, self._path = directory, path
        self._lines: list[tuple[str, str, int, str]] | None = None

    def line(self, number: int) -> str:
        """Commit, author and subject of a line, from 1."""
        if self._lines is None:
            try:
                self._lines = checkout.blame(self._directory, self._path)
            except GeneratorError:  # never committed
                self._lines = []
        if number > len(self._lines) or set(self._lines[number - 1][0]) == {"0"}:
            return UNCOMMITTED
        commit, author, _, subject = self._lines[number - 1]
        return f"{commit[:10]} {author}: {subject}"
