"""How deep tests go: what every run proves, and what CI's run does in full.

With ``GENERATOR_TEST_FULL=1``, which ``.ci/run`` sets, nothing is thinned out: properties take all of their examples, runs are
killed before each program that they start, every pairing is tried, and tests marked ``full`` run.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    # What a test kills after some steps stands on this module, and need not load pytest.
    import pytest

VARIABLE: Final = "GENERATOR_TEST_FULL"
# Tests marked `cluster` start a whole local cluster each.
CLUSTER: Final = os.environ.get("GENERATOR_TEST_CLUSTER", "") not in ("", "0")
FULL: Final = os.environ.get(VARIABLE, "") not in ("", "0")
# The part of its examples that a property takes by default.
PART: Final = 5

T = TypeVar("T")


def examples(number: int) -> int:
    """Return how many examples a property takes, of the ``number`` in full."""
    return number if FULL else max(number // PART, 10)


def pytest_configure() -> None:
    """Give properties no deadline: how long an example takes depends on what else the machine does."""
    from hypothesis import settings

    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


def some(several: Sequence[T], every: int = PART) -> list[T]:
    """Return the first of several and every so manieth after it; all of them in full."""
    return list(several) if FULL else list(several[::every])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests marked ``full`` to a run in full, unless named, and those on a cluster to who asks for them."""
    named = any("::" in argument for argument in config.args)
    behind = {"full": not FULL and not named, "cluster": not CLUSTER}
    left = {item: None for item in items if any(item.get_closest_marker(name) for name in behind if behind[name])}
    config.hook.pytest_deselected(items=[*left])
    items[:] = [item for item in items if item not in left]


def pytest_report_header() -> str:
    """Say which of the two a run is."""
    return "depth: in full" if FULL else f"depth: as after each change; {VARIABLE}=1 is in full, as in CI"
