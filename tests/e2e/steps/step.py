"""What a step is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.e2e.process import Failed
from tests.e2e.world import World


@dataclass(frozen=True)
class Step:
    """A named step; ``needs`` are the letters of those that must have passed before.

    One that is ``alone`` needs nothing of the cluster.
    """

    letter: str
    title: str
    function: Callable[[World], str | None]
    needs: tuple[str, ...] = ()
    alone: bool = False


def check(condition: object, message: str) -> None:
    """Fail with a message of what was seen."""
    if not condition:
        raise Failed(message)
