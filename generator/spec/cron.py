"""Check a CronJob's schedule as Kubernetes reads it: five fields, or a word that begins with ``@``."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from generator.spec.findings import did_you_mean, shown


class _Field(NamedTuple):
    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _DAYS),
)
# The largest number of days in each month.
_LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WORDS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_DURATION: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h))+")
_HINT: Final = 'minute, hour, day of the month, month, day of the week: "30 3 * * 1-5" is 03:30 from Monday to Friday'


def mistake(schedule: str) -> tuple[str, str] | None:
    """Return what is wrong with a schedule, and a hint; ``None`` if Kubernetes accepts it."""
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        zone, _, rest = schedule.partition("=")[2].partition(" ")
        return "a time zone in the schedule", f"write `timeZone: {zone}` beside it, and `schedule: {rest.strip()!r}`"
    if schedule.startswith("@"):
        return _of_word(schedule)
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        count = f"{len(fields)} field{'' if len(fields) == 1 else 's'}"
        return f"{shown(schedule)} is no schedule: it has {count} and not 5", _HINT
    found = (_of_field(text, field) for text, field in zip(fields, _FIELDS, strict=True))
    return next((mistake for mistake in found if mistake), None) or _never(fields)


class Read(NamedTuple):
    """A field of a valid schedule: the numbers that it matches, its range, and whether it is `*` (free)."""

    text: str
    numbers: frozenset[int]
    least: int
    most: int
    free: bool

    @property
    def full(self) -> bool:
        """Tell whether the field matches all numbers of its range."""
        return len(self.numbers) == self.most - self.least + 1


def read(schedule: str) -> list[Read]:
    """Return the fields of a valid schedule; an empty list for ``@every``, which has no fields."""
    fields = zip(_WORDS.get(schedule, schedule).split(), _FIELDS, strict=False)
    if schedule.startswith("@every"):
        return []
    return [
        Read(text, frozenset(_numbers(text, one)), one.least, one.most, any(map(_is_free, text.split(","))))
        for text, one in fields
    ]


def _is_free(part: str) -> bool:
    """Tell whether Kubernetes treats a part of a field as free: `*`, but not `*/2`."""
    span, _, step = part.partition("/")
    return span in ("*", "?") and int(step or 1) == 1


def _never(fields: list[str]) -> tuple[str, str] | None:
    """Return a message and a hint if no month has the day: with `*` as the day of the week, the job never starts."""
    days, months = (_numbers(fields[at], _FIELDS[at]) for at in (2, 3))
    if fields[4] not in ("*", "?") or any(day <= _LENGTHS[month - 1] for day in days for month in months):
        return None
    return f"{shown(' '.join(fields))} never comes: no such month has that day", "`1 * *` is the first of each month"


def _numbers(text: str, field: _Field) -> set[int]:
    """Return the numbers that a field of a valid schedule matches."""
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = field.least if first in ("*", "?") else _number(first, field) or field.least
        open_ended = first in ("*", "?") or (step and not dash)
        end = _number(last, field) if dash else field.most if open_ended else start
        found.update(range(start, (field.most if end is None else end) + 1, int(step or 1)))
    return found


def _of_word(schedule: str) -> tuple[str, str] | None:
    if schedule in _WORDS:
        return None
    if schedule.startswith("@every "):
        if _DURATION.fullmatch(schedule.removeprefix("@every ")):
            return None
        return f"{shown(schedule)} is no schedule: that is no duration", "like `@every 1h30m`"
    return f"{shown(schedule)} is no schedule", did_you_mean(schedule, list(_WORDS), f"one of {', '.join(_WORDS)}")


def _of_field(text: str, field: _Field) -> tuple[str, str] | None:
    for part in text.split(","):
        if (wrong := _of_part(part, field)) is not None:
            return f"{shown(part)} is no {field.name}: {wrong}", _HINT
    return None


def _of_part(part: str, field: _Field) -> str | None:
    span, slash, step = part.partition("/")
    if slash and (not step.isascii() or not step.isdigit() or int(step) == 0):
        return "after the / comes the step, at least 1"
    first, dash, last = span.partition("-")
    if first in ("*", "?"):
        return "only a / can follow that" if dash else None
    ends = [_number(text, field) for text in ((first, last) if dash else (first,))]
    if None in ends:
        return _expected(field)
    if dash and (ends[0] or 0) > (ends[1] or 0):
        return f"{first} is after {last}"
    return None


def _number(text: str, field: _Field) -> int | None:
    """Return the number of a number's or name's text; ``None`` if the field does not allow it."""
    if text.lower() in field.words:
        return field.words.index(text.lower()) + field.least
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    return number if field.least <= number <= field.most else None


def _expected(field: _Field) -> str:
    sunday = "; 0 is Sunday" if field.words == _DAYS else ""
    return f"a number from {field.least} to {field.most}{sunday}"
