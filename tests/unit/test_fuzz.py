"""Documents from strangers are understood or refused, for seconds; ``python -m benchmarks.fuzz`` does it for minutes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import fuzz
from testing.depth import examples

NAMES = [*fuzz.TEXTS, *fuzz.ANSWERS]


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=examples(150), derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.slow
def test_no_input_is_a_bug(name: str, data: st.DataObject) -> None:
    fuzz.read(name, data.draw(fuzz.inputs(name)))


@pytest.mark.parametrize(("name", "found"), [(name, one) for name, several in fuzz.FOUND.items() for one in several])
def test_what_was_a_bug_is_none_any_more(name: str, found: Any) -> None:
    fuzz.read(name, found)


def test_a_reader_that_fails_is_noticed() -> None:
    with pytest.raises(AttributeError):
        fuzz.read("hosts", None)
