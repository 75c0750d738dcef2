"""Decide whose turn it is among builds that wait to push.

Names define the order, but are not trusted: a build may have died, and without authentication, anyone who may push
may have made any number of names. So no build waits long for another one that does nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from generator.backoff import Backoff, spread

LOOKS: Final = Backoff(first=0.3, longest=2.0, factor=1.5)
LOOK_FACTOR: Final = 3.0
# A build whose turn it is and that lands nothing is dead after half of this or more, or longer where pushes are slow.
PATIENCE_SECONDS: Final = 6.0
PUSH_FACTOR: Final = 3.0
LONGEST_PATIENCE_SECONDS: Final = 20.0
# However it looks: even a name that is authenticated can be put there again once it has landed.
LONGEST_SECONDS: Final = 60.0


class Turn:
    """State of a waiting build, and the time of its push. Times are in seconds, by any monotonic clock."""

    def __init__(self, now: float, slow: float = 0.0) -> None:
        self._end = now + LONGEST_SECONDS
        # How long our last push took, in seconds.
        self.slow = slow
        # Whether our turn has come and nothing but a look can tell that it has not.
        self.stays = False

    def seen(self, own: str | None, waiting: Sequence[str], tip: str | None, now: float) -> None:
        """Note the state at the time ``now``: the waiting builds, this one (``own``), and the branch's tip."""
        raise NotImplementedError

    def comes(self, now: float) -> bool:
        """Tell whether it is this build's turn."""
        raise NotImplementedError

    def pause(self, look: float, now: float) -> float:
        """Return the seconds until the next look, given how long the last one took."""
        raise NotImplementedError

    def _patience(self) -> float:
        longest = max(spread(PATIENCE_SECONDS, 0.5), PUSH_FACTOR * self.slow)
        return min(longest, LONGEST_PATIENCE_SECONDS)


class Together(Turn):
    """The first build pushes for all. If its push does not succeed, the second one pushes, too, then the third.

    If all pushed at once, they would slow down each other and the server.
    """

    # How long the first one waits after the one before it has landed: others join it, and users' pushes get through.
    GAP_SECONDS: Final = 0.5

    def __init__(self, now: float, slow: float = 0.0) -> None:
        super().__init__(now, slow)
        self._first: str | None = None
        # Others were just faster than us.
        self._since = now
        self._place = 0
        self._wait = 0.0
        self._looks = 0

    def seen(self, own: str | None, waiting: Sequence[str], tip: str | None, now: float) -> None:  # noqa: ARG002
        """Implement ``Turn.seen``. The tip is ignored: users may push while the first build in line is dead."""
        if own not in waiting:
            return
        self._looks += 1
        self._place = waiting.index(own)
        if waiting[0] != self._first:
            self._since = now if self._first else self._since
            self._first = waiting[0]
            self._wait = self._patience()

    def comes(self, now: float) -> bool:
        """Implement ``Turn.comes``."""
        return now >= min(self._end, self._since + self._place * self._wait + self.GAP_SECONDS)

    def pause(self, look: float, now: float) -> float:
        """Implement ``Turn.pause``, longer each time, and longer if the server is slow.

        Many waiting builds must not keep the server busy.
        """
        if self._place == 0:
            return max(0.0, self._since + self.GAP_SECONDS - now)
        return spread(max(LOOK_FACTOR * look, LOOKS.pause(self._looks + 1)), 0.5)


class InLine(Turn):
    """The first few builds push, each for itself, so that one prepares while another one pushes.

    Anyone who may push can make a ticket. A ticket that stays among the first for longer than a push takes is
    ignored. If no push succeeds, all waiting builds push.
    """

    ABREAST: Final = 3
    # One landing, before we have seen any.
    LANDING_SECONDS: Final = 0.3
    LONGEST_LOOK_SECONDS: Final = 5.0

    def __init__(self, now: float, slow: float = 0.0) -> None:
        super().__init__(now, slow)
        self._tip: str | None = None
        self._moved = now
        self._wait = self._patience()
        # Those who are, or were, among the first, and since when.
        self._front: dict[str, float] = {}
        self._places: list[tuple[float, int]] = []

    def seen(self, own: str | None, waiting: Sequence[str], tip: str | None, now: float) -> None:
        """Implement ``Turn.seen``. Only users who may push to the branch can move its tip."""
        if own not in waiting:
            return
        if tip != self._tip:
            self._tip, self._moved, self._wait = tip, now, self._patience()
        ahead = [name for name in waiting[: waiting.index(own)] if now - self._front.get(name, now) < self._wait]
        for name in ahead[: self.ABREAST]:
            self._front.setdefault(name, now)
        self._places.append((now, len(ahead)))
        self.stays = len(ahead) < self.ABREAST or now - self._moved >= self._wait or now >= self._end

    def comes(self, now: float) -> bool:  # noqa: ARG002
        """Implement ``Turn.comes``."""
        return self.stays

    def pause(self, look: float, now: float) -> float:
        """Implement ``Turn.pause``: the estimated time of the builds ahead."""
        if self.stays or not self._places:
            return 0.0
        (began, first), (_, place) = self._places[0], self._places[-1]
        each = (now - began) / (first - place) if first > place else self.LANDING_SECONDS
        longest = max(LOOK_FACTOR * look, min(self.LONGEST_LOOK_SECONDS, (place - self.ABREAST + 1) * each))
        return spread(longest, 0.5)
