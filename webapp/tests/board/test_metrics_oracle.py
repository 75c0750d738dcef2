"""A quarter whose every deployment, failure and recovery is known: each number equals the one made by hand."""

from __future__ import annotations

import pytest

from board_histories import DAY, Story, a_quarter, at, days
from release_board.metrics import Report, measure


@pytest.fixture(scope="module")
def report() -> Report:
    return measure(a_quarter().history(), "shop", ["prod"], days(0, 91))


def test_frequency(report: Report) -> None:
    # Promotions of 1.4.0, 1.8.0 … 1.36.0, and three rollbacks, in thirteen weeks. The first appearance is none.
    assert report.frequency.n == 9 + 3
    assert len(report.frequency.weeks) == 13
    assert sum(week.count or 0 for week in report.frequency.weeks) == 12
    assert report.frequency.per_week == 12 / 13
    assert len(report.frequency.days) == 10  # two of the three rollbacks were on the day of what they took back


def test_failures_and_rework(report: Report) -> None:
    failed = [key.commit for key in report.fail_rate.observed]
    assert [name[4:10] for name in failed] == ["1.12.0", "1.24.0", "1.36.0"]
    assert (report.fail_rate.value, report.fail_rate.declared) == (3 / 12, ())
    # Three rollbacks, and 1.20.0, which was declared a hotfix.
    assert (len(report.rework_rate.observed), len(report.rework_rate.declared)) == (3, 1)
    assert report.rework_rate.value == 4 / 12


def test_recoveries(report: Report) -> None:
    assert [point.seconds for point in report.recovery_time.points] == [0.2 * DAY] * 3
    assert report.recovery_time.open == ()


def test_lead_times(report: Report) -> None:
    # Number 4k brings (4k mod 3) + 2 commits, the first 0.4 days and more before its build, 1.7 days before production.
    by_hand = [
        round((1.7 + back * (number % 5 + 0.4)) * DAY) for number in range(4, 37, 4) for back in range(number % 3 + 2)
    ]
    assert sorted(point.seconds for point in report.lead_time.points) == pytest.approx(sorted(by_hand), abs=1)
    assert report.lead_time.n == 3 + 4 + 2 + 3 + 4 + 2 + 3 + 4 + 2
    assert report.lead_time.median == pytest.approx(sorted(by_hand)[13], abs=1)
    assert report.lead_time.p90 == pytest.approx(sorted(by_hand)[24], abs=1)  # the 25th of 27


def test_what_waits(report: Report) -> None:
    assert [each.start for each in report.lead_time.open] == [at(70), at(80), at(84), at(87.5)]
    assert report.lead_time.open[0].seconds == 21 * DAY


def test_what_is_counted_apart(report: Report) -> None:
    assert {one.what: one.n for one in report.apart} == {"first appearance": 1, "pin": 1}


def test_no_other_app_is_in_it(report: Report) -> None:
    other = Story("other")
    other.put(1, "1")
    other.put(2, "2")
    assert measure(a_quarter().history().plus(other.history()), "shop", ["prod"], days(0, 91)) == report
