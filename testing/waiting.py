"""Wait for what comes by itself; the time-out is a safety net, and no measure."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(what: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.2)
