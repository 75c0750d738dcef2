"""Hints that show a text as the list that it should be. Only imported for such a fault."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from typing import Final

# Signs with a meaning in a shell only: variables, pipes, several commands.
_SHELL: Final = re.compile(r"[|&;<>`*?~]|\$(?!\()|\$\(\(?[a-z]")
_PLAIN: Final = re.compile(
    r"(?!(?:true|false|null|yes|no|on|off)\Z)-{0,2}[A-Z_/.][A-Z0-9_/.@=+:-]*(?<!:)", re.IGNORECASE
)
_LONGEST: Final = 200


def as_words(name: object, text: str) -> str:
    """Return a hint with the list to write in place of a command in one text."""
    if _SHELL.search(text):
        return _as_list(name, ("sh", "-c", text))
    try:
        return _as_list(name, shlex.split(text))
    except ValueError:  # A quote is not closed.
        return _as_list(name, ("sh", "-c", text))


def as_items(name: object, text: str) -> str:
    """Return a hint with the list to write in place of items in one text."""
    return _as_list(name, [part for part in re.split(r",\s*", text) if part] or [text])


def _as_list(name: object, items: Iterable[str]) -> str:
    written = ", ".join(item if _PLAIN.fullmatch(item) else json.dumps(item, ensure_ascii=False) for item in items)
    key = f"{name}: " if isinstance(name, str) else ""
    line = f"{key}[{written}]"
    return f"write it as a list: `{line}`" if len(line) <= _LONGEST else 'start each item with "- "'
