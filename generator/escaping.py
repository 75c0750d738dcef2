"""Escape what would steer a terminal or a forge's page: control characters and marks of text direction."""

from __future__ import annotations

import re
from typing import Final

# C0 but for tabs and ends of lines, C1, the separators of lines and paragraphs, and the marks of direction.
CONTROLS: Final = r"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
_CONTROL: Final = re.compile(CONTROLS)


def escape(found: re.Match[str]) -> str:
    r"""Return a matched character as Python would write it in a string, like ``\x1b``."""
    return found[0].encode("unicode_escape").decode()


def harmless(text: str) -> str:
    """Return text of unknown origin with its control characters escaped."""
    return _CONTROL.sub(escape, text)
