"""Pauses grow up to a bound, however many tries there are, and differ by chance where that is asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generator.backoff import Backoff, spread


def test_each_pause_is_longer_up_to_a_bound() -> None:
    assert [Backoff(1.0, 5.0).pause(tries) for tries in range(1, 6)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert [Backoff(3.0, 3.0).pause(tries) for tries in (1, 2)] == [3.0, 3.0]


@given(st.integers(1, 10**9), st.floats(0, 1), st.floats(1, 9))
def test_chance_keeps_within_its_bounds(tries: int, least: float, factor: float) -> None:
    whole = Backoff(0.4, 5.0, factor).pause(tries)
    assert least * whole <= Backoff(0.4, 5.0, factor, least).pause(tries) <= whole <= 5.0


def test_two_who_lost_one_race_do_not_meet_again() -> None:
    assert len({spread(1.0, 0.0) for _ in range(20)}) > 1
