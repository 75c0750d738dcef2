"""Convert texts and times from outside to values that both databases accept, and search by the beginning of a text.

PostgreSQL accepts no NUL in texts, and no index entry over 2,704 bytes. A tag that someone wrote by hand may contain
anything, and must not prevent the import of the history.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute, Session

SHORT = 500
LONG = 20_000
# The end of the year 9999.
LAST_MOMENT = 253_402_300_799
MORE = "\u2026"


def cut(text: str, length: int = SHORT) -> str:
    """Return a text for storage: without NUL and lone surrogates, and with at most `length` characters."""
    plain = text.replace("\0", "\ufffd").encode(errors="replace").decode()
    return plain if len(plain) <= length else plain[: length - 1] + MORE


def optional(text: str | None, length: int = SHORT) -> str | None:
    """Return `cut` of a text; None for None."""
    return None if text is None else cut(text, length)


def moment(seconds: int) -> int:
    """Return a commit's time, limited to a valid date: git accepts any, but the year 33658 must not break a page."""
    return min(max(seconds, 0), LAST_MOMENT)


def whole(text: str | None, digits: int) -> int | None:
    """Return a whole number of at most `digits` ASCII digits; None for other texts."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None


def begins(session: Session, column: InstrumentedAttribute[Any], start: str) -> ColumnElement[bool]:
    """Return the condition that a text begins with `start` (not empty), as a range of its index."""
    assert session.bind is not None
    last = ord(start[-1])
    # What lies between are no characters.
    after = 0xE000 if last == 0xD7FF else last + 1
    end = start[:-1] + chr(after) if after <= 0x10FFFF else None
    low, high = ("~>=~", "~<~") if session.bind.dialect.name == "postgresql" else (">=", "<")
    parts = [column.op(low, is_comparison=True)(start)]
    if end is not None:
        parts.append(column.op(high, is_comparison=True)(end))
    return and_(*parts)
