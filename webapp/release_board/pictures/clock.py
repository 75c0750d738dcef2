"""Times and durations in words, and their positions on an axis. All times are UTC."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from release_board.metrics.records import Window
from release_board.metrics.weeks import DAY, FIRST_MONDAY

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364, 728)
DURATIONS = (
    (60, "1 min"),
    (600, "10 min"),
    (3_600, "1 h"),
    (6 * 3_600, "6 h"),
    (DAY, "1 day"),
    (3 * DAY, "3 days"),
    (7 * DAY, "1 week"),
    (30 * DAY, "30 days"),
    (90 * DAY, "90 days"),
    (365 * DAY, "1 year"),
    (3_650 * DAY, "10 years"),
)


def day(seconds: int) -> str:
    """Return a day as text for an axis."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day} {MONTHS[at.month - 1]}"


def moment(seconds: int) -> str:
    """Return a day and its time."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}, {at.hour:02}:{at.minute:02} UTC"


def duration(seconds: float) -> str:
    """Return a duration in one or two units."""
    minutes = max(0, round(seconds / 60))
    hours, days = minutes // 60, minutes // 1_440
    if minutes < 60:
        return f"{minutes} min"
    if hours < 24:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    if days < 14 and hours % 24:
        return f"{days} d {hours % 24} h"
    return f"{days} d"


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """A window of time from left to right."""

    window: Window
    left: float
    right: float

    def x(self, seconds: float) -> float:
        """Return the x position of a time; a time outside of the window is at its edge."""
        span = max(1, self.window.end - self.window.begin)
        share = (seconds - self.window.begin) / span
        return self.left + (self.right - self.left) * min(1.0, max(0.0, share))

    def ticks(self, apart: float = 64) -> Iterator[tuple[float, str]]:
        """Yield (position, label) of days, at least `apart` from each other; weeks begin on Monday."""
        span = max(1, self.window.end - self.window.begin)
        pixels = (self.right - self.left) * DAY / span
        step = DAY * next((days for days in STEPS if days * pixels >= apart), STEPS[-1])
        first = self.window.begin + (FIRST_MONDAY - self.window.begin) % step
        for at in range(first, self.window.end, step):
            yield self.x(at), day(at)


@dataclass(frozen=True, slots=True)
class DurationAxis:
    """A logarithmic axis of durations from the bottom up, starting at a minute or more."""

    least: float
    most: float
    bottom: float
    top: float

    def y(self, seconds: float) -> float:
        """Return the y position of a duration."""
        low, high = math.log(self.least), math.log(self.most)
        share = (math.log(min(self.most, max(self.least, seconds))) - low) / (high - low)
        return self.bottom - (self.bottom - self.top) * share

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Yield (position, label) of durations."""
        for seconds, name in DURATIONS:
            if self.least <= seconds <= self.most:
                yield self.y(seconds), name


def duration_axis(least: float, most: float, bottom: float, top: float) -> DurationAxis:
    """Return an axis between two labelled durations that includes `least` and `most`."""
    low = max((seconds for seconds, _ in DURATIONS if seconds <= least), default=DURATIONS[0][0])
    high = min((seconds for seconds, _ in DURATIONS if seconds >= most and seconds > low), default=DURATIONS[-1][0])
    return DurationAxis(low, high, bottom, top)
