"""Days and weeks in UTC. A week begins on Monday."""

from __future__ import annotations

from collections.abc import Iterator

DAY = 86_400
WEEK = 7 * DAY
# The epoch was a Thursday.
FIRST_MONDAY = 4 * DAY


def day_of(seconds: int) -> int:
    """Return when the day began."""
    return seconds - seconds % DAY


def week_of(seconds: int) -> int:
    """Return when the week began."""
    return seconds - (seconds - FIRST_MONDAY) % WEEK


def weeks(begin: int, end: int) -> Iterator[int]:
    """Yield the beginning of each week that has a part in a span of time."""
    if begin < end:
        yield from range(week_of(begin), end, WEEK)
