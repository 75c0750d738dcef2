"""Say how long to pause between tries: ever longer up to a bound, and by chance where many try at once."""

from __future__ import annotations

from typing import NamedTuple


class Backoff(NamedTuple):
    """Pauses that grow, in seconds.

    Attributes:
        first: The pause after the first try.
        longest: The pause after many.
        factor: How much longer each pause is than the one before.
        least: The smallest share of a pause that chance may leave: 1 leaves all of it, 0 perhaps nothing. Those who
            lost one race do not meet again where it is less than 1.
    """

    first: float
    longest: float
    factor: float = 2.0
    least: float = 1.0

    def pause(self, tries: int) -> float:
        """Return how long to pause after so many tries, from 1."""
        # A power of so many tries would be no number any more; the bound is reached long before.
        return spread(min(self.longest, self.first * self.factor ** min(tries - 1, 100)), self.least)


def spread(seconds: float, least: float) -> float:
    """Return a time by chance between a share of this one and all of it."""
    if least >= 1:
        return seconds
    import random

    return random.uniform(least * seconds, seconds)  # noqa: S311 (no secret)
