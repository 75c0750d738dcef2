"""Wait for what comes by itself; the time-out is a safety net, and no measure."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# Far beyond what anything takes, on a machine however busy.
PATIENCE: Final = 600.0


def eventually(what: Callable[[], bool]) -> bool:
    """Look again and again whether something is so, for as long as patience lasts."""
    deadline = time.monotonic() + PATIENCE
    while not (found := what()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found
