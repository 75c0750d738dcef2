"""``pytest --quick``: what runs after each edit, see ``scripts/test``.

It is all of ``tests/unit``, ``tests/merge`` and ``tests/golden``, and of each module of ``tests/functional`` and
``tests/meta`` the tests that are marked ``quick``, or its first one. What is marked ``slow`` or ``full`` is left out everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import pytest

from testing import ROOT

WHOLE: Final = ("unit", "merge", "golden")
SAMPLED: Final = ("functional", "meta")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--quick", action="store_true", help="the tests to run after each edit")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not quick."""
    if config.getoption("--quick"):
        chosen = select(items)
        kept = set(chosen)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = chosen


def select(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the quick ones, in their order."""
    found: list[pytest.Item] = []
    for path, group in groupby(items, key=lambda item: item.path):
        folder = path.relative_to(ROOT / "tests").parts[0]
        here = [item for item in group if not any(map(item.get_closest_marker, ("slow", "full")))]
        if folder in WHOLE:
            found += here
        elif folder in SAMPLED:
            found += [item for item in here if item.get_closest_marker("quick")] or here[:1]
    return found
