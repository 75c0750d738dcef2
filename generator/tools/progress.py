"""Texts about builds: their usual duration, their progress, and the time left. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.tools.pin import Module


def duration(seconds: float) -> str:
    """Return a duration as text in a suitable unit: ``45 s``, ``9 min``, ``1 h 17 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def clock(seconds: float) -> str:
    """Return a duration to the second, so that two lines in one minute differ: ``2:30 min``, ``1:02:30 h``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02} h"


def forecast(modules: Sequence[Module], tools: int, free: int, caches: str) -> str:
    """Return a text about the next builds: what is built, how long that usually takes, and what it needs.

    Args:
        modules: The Go modules that are built.
        tools: The number of tools in them.
        free: The number of free bytes on the disk with Go's caches.
        caches: The folder of Go's caches.
    """
    seconds = sum(module.seconds for module in modules)
    gigabytes = sum(module.megabytes for module in modules) / 1000
    what = "1 tool is" if tools == 1 else f"{tools} tools are"
    said = (
        f"{what} built from source: usually {duration(seconds)} on two idle processors, several times that on busy"
        f" ones, and less for what Go has cached; up to {gigabytes:.1f} GB in {caches},"
        f" where {free / 1e9:.0f} GB are free"
    )
    if free < gigabytes * 1e9:
        said += "\nnote: that may not be enough; free some, or set GOCACHE and GOMODCACHE to folders on a larger disk"
    return said


class Progress:
    """The progress in a series of builds. The time left is estimated from the durations of earlier builds."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self._left = list(modules)
        self._total = len(modules)
        self._usual = 0.0
        self._taken = 0.0

    @property
    def place(self) -> str:
        """Return the number of the next or present build, as ``[2/5]``."""
        return f"[{min(self._total - len(self._left) + 1, self._total)}/{self._total}]"

    @property
    def waiting(self) -> tuple[Module, ...]:
        """Return the modules that are not done, including the present one."""
        return tuple(self._left)

    def skip(self) -> None:
        """Record that another installer has done the next build."""
        self._left.pop(0)

    def done(self, seconds: float) -> str:
        """Record a build that took ``seconds``; return the line to print."""
        place = self.place
        self._usual += self._left.pop(0).seconds
        self._taken += seconds
        rest = f"; about {duration(self.left)} left" if self._left else ""
        return f"{place} that took {duration(seconds)}{rest}"

    @property
    def left(self) -> float:
        """Return the estimated seconds until all builds are done; the present build counts completely."""
        pace = self._taken / self._usual if self._usual else 1.0
        return sum(module.seconds for module in self._left) * pace


def counted(log: str, packages: int | None) -> str:
    """Return the progress of a build from the output of ``go build -v``, which has a line for each compiled package."""
    lines = [line for line in log.splitlines() if line and not line.startswith(("#", "\t"))]
    fetched = sum(line.startswith("go: downloading ") for line in lines)
    compiled = sum(not line.startswith("go: ") for line in lines)
    if not compiled and fetched:
        return f"{fetched} modules downloaded"
    return f"{compiled} packages compiled" if packages is None else f"{min(compiled, packages)} of {packages} packages"
