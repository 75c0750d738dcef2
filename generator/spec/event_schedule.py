"""Convert a schedule of Kubernetes to EventBridge Scheduler's form: six fields, and one of the day fields is `?`."""

from __future__ import annotations

import re
from typing import Final

from generator.spec import cron

_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_ZEROS: Final = re.compile(r"\b0+(?=[0-9])")
_ANY: Final = ("*", "?")
_EVERY: Final = (
    "EventBridge Scheduler cannot start at `@every`, which each release would begin anew",
    'name the times: `schedule: "*/30 * * * *"` is every half an hour',
)
_BOTH: Final = (
    "EventBridge Scheduler cannot start at this: it takes a day of the month or a day of the week, and not both",
    "say it by the day of the month, or by the day of the week, and `*` for the other; or make two workloads of it",
)


def expression(schedule: str) -> str | None:
    """Return a valid schedule as Scheduler's `cron(…)`; ``None`` if Scheduler cannot express it (see `mistake`)."""
    fields = cron.read(schedule)
    if not fields:
        return None
    minute, hour, day, month, weekday = fields
    days = _days(day, weekday)
    return days and f"cron({_field(minute)} {_field(hour)} {days[0]} {_field(month)} {days[1]} *)"


def mistake(schedule: str) -> tuple[str, str] | None:
    """Return why Scheduler cannot express a schedule that Kubernetes accepts, and a hint; ``None`` if it can."""
    if expression(schedule) is not None:
        return None
    return _EVERY if schedule.startswith("@") else _BOTH


def _days(day: cron.Read, weekday: cron.Read) -> tuple[str, str] | None:
    """Return both day fields, or ``None`` if both are limited: Kubernetes then starts on either, Scheduler cannot."""
    if weekday.free:
        return _field(day), "?"
    if day.free:
        return "?", _weekdays(weekday)
    return ("*", "?") if day.full or weekday.full else None


def _field(field: cron.Read) -> str:
    """Return a field unchanged if Scheduler reads it in the same way, otherwise as a list of its numbers."""
    if field.full:
        return "*"
    if len(field.numbers) == 1:
        return str(min(field.numbers))
    span, slash, step = field.text.partition("/")
    if not slash:
        return _ZEROS.sub("", field.text.upper())
    start = str(field.least) if span in _ANY else span
    if start.isdecimal() and step.isdecimal():
        return f"{int(start)}/{int(step)}"
    return ",".join(map(str, sorted(field.numbers)))


def _weekdays(field: cron.Read) -> str:
    """Return days of the week by name, because Scheduler numbers them differently than cron."""
    if field.full:
        return "*"
    found = sorted(field.numbers)
    if len(found) > 2 and found[-1] - found[0] == len(found) - 1:
        return f"{_DAYS[found[0]]}-{_DAYS[found[-1]]}"
    return ",".join(_DAYS[one] for one in found)
