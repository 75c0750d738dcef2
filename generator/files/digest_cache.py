"""Keep facts between runs in one file: digests, each with an optional line of text.

A digest covers all inputs of a result. So a lost, old or damaged cache, or one of another repository, makes a run
slower, but never wrong. A failure here is no fault of the run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

_KEY: Final = re.compile(r"[0-9a-f]{32,128}")


class DigestCache:
    """Hold entries by digest, in hexadecimal, in the order in which they were kept.

    Args:
        file: The file; None keeps nothing. most: The maximum number of entries that are kept, and of lines that are
        read: the newest.
    """

    def __init__(self, file: Path | None, most: int) -> None:
        self._file, self._most = file, most
        self.known: dict[str, str] = _read(file, most) if file else {}

    def keep(self, entries: Mapping[str, str], *, instead: bool = False) -> None:
        """Add entries, each a line of text, or keep these ``instead`` of all others."""
        wanted = {**({} if instead else self.known), **entries}
        if self._file is None or wanted == self.known:
            return
        text = "".join(f"{key} {line}".rstrip() + "\n" for key, line in list(wanted.items())[-self._most :])
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._file.with_suffix(f".{os.getpid()}")
            try:
                temporary.write_text(text)
                temporary.replace(self._file)
            finally:
                temporary.unlink(missing_ok=True)


def _read(file: Path, most: int) -> dict[str, str]:
    try:
        lines = file.read_text().splitlines()[-most:]
    except (OSError, UnicodeDecodeError):
        return {}
    entries = (line.partition(" ") for line in lines)
    return {key: text for key, _, text in entries if _KEY.fullmatch(key)}
