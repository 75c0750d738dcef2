"""Text and times of others as both databases take them, and how to look up what begins with one.

PostgreSQL has no NUL in texts, and no entry of an index longer than 2,704 bytes: a tag that someone wrote by hand may
be anything, and must not keep the rest of the history out.
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
    """Return a text as it is stored: without NUL and lone surrogates, and not longer than `length` characters."""
    plain = text.replace("\0", "\ufffd").encode(errors="replace").decode()
    return plain if len(plain) <= length else plain[: length - 1] + MORE


def optional(text: str | None, length: int = SHORT) -> str | None:
    """Return `cut` of a text, None for none."""
    return None if text is None else cut(text, length)


def moment(seconds: int) -> int:
    """Return a commit's time as calendars have it: git takes any, and one of the year 33658 must not break a page."""
    return min(max(seconds, 0), LAST_MOMENT)


def whole(text: str | None, digits: int) -> int | None:
    """Return a whole number of at most so many ASCII digits; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None


def begins(session: Session, column: InstrumentedAttribute[Any], start: str) -> ColumnElement[bool]:
    """Return the condition that a text begins with `start`, which must not be empty, as a range of its index."""
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
