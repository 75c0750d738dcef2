"""A schedule of Kubernetes as EventBridge Scheduler has it: the same days, hours and minutes, or refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.spec import cron, event_schedule
from testing.depth import examples

ROWS = {
    "0 3 * * *": "cron(0 3 * * ? *)",
    "00 05 * * *": "cron(0 5 * * ? *)",
    "*/15 * * * *": "cron(0/15 * * * ? *)",
    "5/20 * * * *": "cron(5/20 * * * ? *)",
    "5/20,7 * * * *": "cron(5,7,25,45 * * * ? *)",
    "*/90 * * * *": "cron(0 * * * ? *)",
    "30 2 * * 1-5": "cron(30 2 ? * MON-FRI *)",
    "0 9-17/4 * jan-mar ?": "cron(0 9,13,17 * JAN-MAR ? *)",
    "0 0 */2 * *": "cron(0 0 1/2 * ? *)",
    "0 0 1,15 * *": "cron(0 0 1,15 * ? *)",
    "0 0 * * */2": "cron(0 0 ? * SUN,TUE,THU,SAT *)",
    "0 0 * * sun": "cron(0 0 ? * SUN *)",
    "0 0 * * 0-6": "cron(0 0 ? * * *)",
    # With both days bounded, Kubernetes starts at either: here, each day.
    "0 0 1-31 * 1": "cron(0 0 * * ? *)",
    "@hourly": "cron(0 * * * ? *)",
    "@weekly": "cron(0 0 ? * SUN *)",
    "@yearly": "cron(0 0 1 1 ? *)",
}


@pytest.mark.parametrize(("written", "wanted"), ROWS.items())
def test_it_is_written_in_six_fields(written: str, wanted: str) -> None:
    assert cron.mistake(written) is None
    assert event_schedule.expression(written) == wanted
    assert event_schedule.mistake(written) is None


@pytest.mark.parametrize(
    ("written", "why"), [("0 0 1 * 1", "not both"), ("0 0 */2 * 1", "not both"), ("@every 1h", "@every")]
)
def test_what_cannot_be_said_is_refused(written: str, why: str) -> None:
    assert event_schedule.expression(written) is None
    assert why in str(event_schedule.mistake(written))


NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def number(text: str) -> int:
    if text in NAMES:
        return NAMES.index(text) + 1
    return MONTHS.index(text) + 1 if text in MONTHS else int(text)


def meant(text: str, least: int, most: int) -> set[int]:
    """Return what a field stands for as AWS' documentation reads it."""
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = least if first in ("*", "?") else number(first)
        end = number(last) if last else most if step or first in ("*", "?") else start
        found.update(range(start, end + 1, int(step or 1)))
    return found


def field(least: int, most: int) -> st.SearchStrategy[str]:
    one = st.integers(least, most)
    span = st.tuples(one, one).map(lambda two: f"{min(two)}-{max(two)}")
    step = st.integers(1, most)
    part = st.one_of(
        st.just("*"),
        one.map(str),
        span,
        st.tuples(st.one_of(st.just("*"), one.map(str), span), step).map(lambda two: f"{two[0]}/{two[1]}"),
    )
    return st.lists(part, min_size=1, max_size=3).map(",".join)


def starts(days: tuple[str, str], on: date) -> bool:
    """Tell whether Kubernetes starts on a day: on either where both are bounded."""
    day, weekday = meant(days[0], 1, 31), meant(days[1], 0, 6)
    hits = (on.day in day, on.isoweekday() % 7 in weekday)
    free = any(
        part.partition("/")[0] == "*" and part.partition("/")[2] in ("", "1")
        for text in days
        for part in text.split(",")
    )
    return all(hits) if free else any(hits)


@settings(max_examples=examples(1000), deadline=None)
@given(st.tuples(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)))
def test_it_means_the_same(fields: tuple[str, ...]) -> None:
    written = " ".join(fields)
    found = None if cron.mistake(written) else event_schedule.expression(written)
    if found is None:
        return
    minute, hour, day, month, weekday, year = found.removeprefix("cron(").removesuffix(")").split()
    assert (year, [day, weekday].count("?")) == ("*", 1)
    assert meant(minute, 0, 59) == meant(fields[0], 0, 59)
    assert meant(hour, 0, 23) == meant(fields[1], 0, 23)
    assert meant(month, 1, 12) == meant(fields[3], 1, 12)
    for ahead in range(366):
        on = date(2024, 1, 1) + timedelta(days=ahead)
        by_day = day == "?" or on.day in meant(day, 1, 31)
        by_weekday = weekday == "?" or on.isoweekday() % 7 + 1 in meant(weekday, 1, 7)
        assert (by_day and by_weekday) == starts((fields[2], fields[4]), on), (on, found)
