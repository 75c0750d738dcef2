"""How thorough tests are: the part that every run checks, and the full run of CI.

With ``GENERATOR_TEST_FULL=1``, which ``.ci/run`` sets, nothing is thinned out: properties take all of their examples, runs are
killed before each program that they start, every pairing is tried, and tests marked ``full`` run. Of the cases of a test that
is marked ``thin(every)``, other runs take the first and every so manieth after it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    # What a test kills after some steps stands on this module, and need not load pytest.
    import pytest

VARIABLE: Final = "GENERATOR_TEST_FULL"
# Tests marked `cluster` start a whole local cluster each.
CLUSTER: Final = os.environ.get("GENERATOR_TEST_CLUSTER", "") not in ("", "0")
FULL: Final = os.environ.get(VARIABLE, "") not in ("", "0")
# The part of its examples that a property takes by default, and of its cases what is thinned by ``some``.
EXAMPLES: Final = 10
PART: Final = 5

T = TypeVar("T")


def examples(number: int) -> int:
    """Return how many examples a property takes, of the ``number`` in full."""
    return number if FULL else max(number // EXAMPLES, 10)


def pytest_configure() -> None:
    """Give properties no deadline: how long an example takes depends on what else the machine does."""
    from hypothesis import settings

    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


def some(several: Sequence[T], every: int = PART) -> list[T]:
    """Return the first of several and every so manieth after it; all of them in full."""
    return list(several) if FULL else list(several[::every])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what only a run in full takes to it, unless named, and tests on a cluster to who asks for them."""
    named = any("::" in argument for argument in config.args)
    left = {item: None for item in items if item.get_closest_marker("cluster") and not CLUSTER}
    if not FULL and not named:
        left |= {item: None for item in items if item.get_closest_marker("full")}
        left |= dict.fromkeys(_thinned(items))
    config.hook.pytest_deselected(items=[*left])
    items[:] = [item for item in items if item not in left]


def _thinned(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield the cases that are left out of tests marked ``thin``."""
    seen: Counter[str] = Counter()
    for item in items:
        if marker := item.get_closest_marker("thin"):
            test = item.nodeid.partition("[")[0]
            if seen[test] % marker.args[0]:
                yield item
            seen[test] += 1


def pytest_report_header() -> str:
    """Say which of the two a run is."""
    return "depth: in full" if FULL else f"depth: as after each change; {VARIABLE}=1 is in full, as in CI"
