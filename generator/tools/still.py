"""Tell every half minute that something long goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

EVERY_SECONDS: Final = 30.0


@contextmanager
def telling(
    echo: Callable[[str], object], line: Callable[[float], str], every: float = EVERY_SECONDS
) -> Iterator[None]:
    """Print a line again and again until the block ends; ``line`` returns it from the seconds since the beginning."""
    start, over = time.monotonic(), threading.Event()

    def tell() -> None:
        while not over.wait(every):
            echo(line(time.monotonic() - start))

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
