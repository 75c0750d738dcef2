"""Show long text on a terminal through the user's pager, as git does. In a pipe there is no pager."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from generator.cli import console

DEFAULT: Final = "less"
# The options that git uses: end at once if the text fits, show colours, and leave the text on the screen.
_SETTINGS: Final = {"LESS": "FRX", "LV": "-c"}


class _Screen(io.StringIO):
    """A buffer for lines that would go to the terminal."""

    def isatty(self) -> bool:
        """Return True, so that tables fit the terminal and have colours."""
        return True


@contextmanager
def paging(*, off: bool = False) -> Iterator[None]:
    """Collect the output, and show it through the pager if it has more lines than the terminal."""
    command = os.environ.get("PAGER", DEFAULT).strip()
    if off or "NO_PAGER" in os.environ or command in ("", "cat") or not console.on_terminal():
        yield
        return
    terminal, sys.stdout = sys.stdout, _Screen()
    try:
        yield
    finally:
        # After an error, too: the pager shows what was printed before it.
        text, sys.stdout = sys.stdout.getvalue(), terminal
        if not (_is_long(text) and _shown(command, text)):
            sys.stdout.write(text)


def _is_long(text: str) -> bool:
    columns, rows = shutil.get_terminal_size()
    return sum(max(1, -(-len(line) // columns)) for line in text.splitlines()) >= rows


def _shown(command: str, text: str) -> bool:
    from generator import process

    sys.stdout.flush()
    settings = {name: value for name, value in _SETTINGS.items() if name not in os.environ}
    return process.show(command, text.encode(errors="backslashreplace"), settings)
