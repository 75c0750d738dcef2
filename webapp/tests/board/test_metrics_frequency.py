"""Deployment frequency: what a deployment is, in which week, and where a zero is one."""

from __future__ import annotations

from board_histories import Story, at, days
from release_board.metrics import Life, Options, measure
from release_board.metrics.results import Frequency
from release_board.metrics.weeks import week_of, weeks


def frequency(story: Story, begin: float, end: float, **parts: object) -> Frequency:
    return measure(story.history(**parts), "shop", ["prod"], days(begin, end)).frequency


def test_days_and_weeks() -> None:
    story = Story()
    story.put(-3, "0")
    for number, day in enumerate((0.1, 0.9, 3, 6.99, 14)):
        story.put(day, f"1.{number}")
    found = frequency(story, -7, 21)
    assert found.n == 5
    assert found.days == (at(0), at(3), at(6), at(14))
    assert [(week.begin, week.count, week.whole) for week in found.weeks] == [
        (at(-7), 0, False),
        (at(0), 4, True),
        (at(7), 0, True),
        (at(14), 1, True),
    ]
    assert found.per_week == 5 * 7 / 24


def test_zero_is_for_weeks_of_the_apps_life_alone() -> None:
    story = Story()
    story.put(15, "1")
    story.put(16, "2")
    story.put(30, None, action="removed")
    counts = [week.count for week in frequency(story, 0, 56).weeks]
    assert counts == [None, None, 1, 0, 0, None, None, None]
    lived = frequency(story, 0, 56, lives=(Life("shop", at(7), at(36)),))
    assert [week.count for week in lived.weeks] == [None, 0, 1, 0, 0, 0, None, None]


def test_a_week_that_the_window_cuts_is_not_whole() -> None:
    story = Story()
    story.put(-20, "1")
    assert [week.whole for week in frequency(story, 2, 16).weeks] == [False, True, False]


def test_below_a_week_there_is_no_rate_of_weeks() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "2")
    assert frequency(story, 0, 5).per_week is None


def test_pins_configuration_and_first_appearances_are_counted_apart() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, "1", action="pinned")
    story.put(2, "1", action="unpinned")
    base = story.put(3, "1", action="promoted", base=True)
    story.put(4, "1", action="edited")
    image = story.put(5, "2", action="edited")
    report = measure(story.history(), "shop", ["prod"], days(0, 7))
    assert report.frequency.evidence == (image.key,)
    assert {one.what: one.n for one in report.apart} == {
        "configuration changed": 1,
        "configuration promoted": 1,
        "end of a pin": 1,
        "first appearance": 1,
        "pin": 1,
    }
    asked = measure(story.history(), "shop", ["prod"], days(0, 7), Options(count_configuration=True))
    assert asked.frequency.evidence == (base.key, image.key)
    assert "configuration promoted" not in {one.what for one in asked.apart}


def test_a_shallow_history_says_what_it_does_not_know() -> None:
    story = Story()
    change = story.put(0, "1", action="unknown")
    found = frequency(story, 0, 7)
    assert found.n == 0
    assert [(part.count, part.keys) for part in found.unknown] == [(1, (change.key,))]


def test_two_production_environments_count_each() -> None:
    story = Story()
    for environment in ("eu", "us"):
        story.put(0, "1", environment)
        story.put(1, "2", environment)
    found = measure(story.history(), "shop", ["eu", "us", "eu"], days(0, 7)).frequency
    assert (found.n, found.days) == (2, (at(1),))


def test_without_production_nothing_is_known() -> None:
    story = Story()
    story.put(0, "1")
    assert measure(story.history(), "shop", [], days(0, 7)).frequency.why == "no environment is production"


def test_after_its_end_the_app_has_no_numbers() -> None:
    story = Story()
    story.put(0, "1")
    story.put(1, None, action="removed")
    assert frequency(story, 7, 14).why == "shop was not in production in this window"


def test_weeks_begin_on_monday() -> None:
    assert week_of(at(6.999)) == at(0)
    assert week_of(at(7)) == at(7)
    assert list(weeks(at(6), at(7))) == [at(0)]
    assert list(weeks(at(7), at(7))) == []
