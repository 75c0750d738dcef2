"""Texts about builds: how long they usually take, how far they are, and what is left. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from generator.tools.pin import Module


def duration(seconds: float) -> str:
    """Write a time in the unit that fits: ``45 s``, ``9 min``, ``1 h 17 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def forecast(modules: Sequence[Module], tools: int, free: int, caches: str) -> str:
    """Say what is about to be built, how long that usually takes, and what it needs.

    Args:
        modules: The Go modules that are built.
        tools: How many tools come out of them.
        free: Bytes that are free where Go's caches lie.
        caches: Where those lie.
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
    """Position in a row of builds; the time left is estimated by how long those before have taken."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self._left = list(modules)
        self._total = len(modules)
        self._usual = 0.0
        self._taken = 0.0

    @property
    def place(self) -> str:
        """Return the number of the build that is next or under way, as ``[2/5]``."""
        return f"[{min(self._total - len(self._left) + 1, self._total)}/{self._total}]"

    @property
    def waiting(self) -> tuple[Module, ...]:
        """Return modules that are not done, the one under way included."""
        return tuple(self._left)

    def skip(self) -> None:
        """Take note that another installer has done the build that is next."""
        self._left.pop(0)

    def done(self, seconds: float) -> str:
        """Take note of a build that has taken ``seconds``; return the line to print."""
        place = self.place
        self._usual += self._left.pop(0).seconds
        self._taken += seconds
        rest = f"; about {duration(self.left)} left" if self._left else ""
        return f"{place} that took {duration(seconds)}{rest}"

    @property
    def left(self) -> float:
        """Return the seconds until all are done, the one under way counted whole, at the pace so far."""
        pace = self._taken / self._usual if self._usual else 1.0
        return sum(module.seconds for module in self._left) * pace


def counted(log: str, packages: int | None) -> str:
    """Tell how far a build is by what ``go build -v`` has written: a line for each package that it compiles."""
    lines = [line for line in log.splitlines() if line and not line.startswith(("#", "\t"))]
    fetched = sum(line.startswith("go: downloading ") for line in lines)
    compiled = sum(not line.startswith("go: ") for line in lines)
    if not compiled and fetched:
        return f"{fetched} modules downloaded"
    return f"{compiled} packages compiled" if packages is None else f"{min(compiled, packages)} of {packages} packages"
