"""Wait for events, as long as they take. The time-out here is only a safety net for events that never happen.

No other module of the tests looks at a clock or sleeps, see ``tests/meta/test_clocks.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

# Far beyond what anything takes, on a machine however busy; also for `timeout=` of processes, threads and requests.
PATIENCE: Final = 600.0
_PAUSE: Final = 0.05

T = TypeVar("T")


class NeverCame(AssertionError):
    """The event did not happen."""


def eventually(what: Callable[[], object], about: Callable[[], str] = str, seconds: float = PATIENCE) -> None:
    """Wait until ``what`` is true; ``about`` returns the state for the message if that never happens."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise NeverCame(f"not within {seconds:g} s: {about()}")
        time.sleep(_PAUSE)


def next_second() -> None:
    """Wait until the clock shows another second, for what is written down to the second."""
    now = int(time.time())
    eventually(lambda: int(time.time()) > now)


def long_enough(attempt: Callable[[int], T | None], first: int = 2) -> T:
    """Return what an attempt gives that is told how many seconds it has; where they were too few, it gives None.

    For programs that give up after some time which a test cannot do without: it is short where the machine is quick.
    """
    for seconds in (first * 4**power for power in range(5)):
        if (found := attempt(seconds)) is not None:
            return found
    raise NeverCame(f"not even {seconds} s were enough")
