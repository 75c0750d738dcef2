"""Types of a metric's result: its values, or the reason why there is none, and the evidence."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from release_board.metrics.failures import TakenOut
from release_board.metrics.records import Key, Signal, SourceCommit

Basis = Literal["observed", "declared"]
Clock = Literal["running", "git"]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a page shows beside a metric."""

    name: str
    sentence: str
    counted: str
    not_counted: str


@dataclass(frozen=True, slots=True)
class Part:
    """Things that a value leaves out, and why: `count` of them, found in these changes."""

    reason: str
    count: int
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One duration that ended. `commit` is set for a lead time."""

    key: Key
    start: int
    end: int
    basis: Basis = "observed"
    commit: SourceCommit | None = None

    @property
    def seconds(self) -> int:
        """Return how long it took."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Open:
    """One duration that had not ended at the end of the window, and still grows.

    `key` is the failed deployment, or the deployment before the waiting commits.
    """

    key: Key
    start: int
    until: int
    reason: str
    commit: SourceCommit | None = None

    @property
    def seconds(self) -> int:
        """Return how long it had taken."""
        return self.until - self.start


@dataclass(frozen=True, slots=True)
class Durations:
    """Durations of a window. `clock`: whether they end when the image ran, or when the change came to git."""

    definition: Definition
    clock: Clock
    points: tuple[Point, ...] = ()
    open: tuple[Open, ...] = ()
    unknown: tuple[Part, ...] = ()
    left_out: tuple[Part, ...] = ()
    why: str | None = None

    @property
    def n(self) -> int:
        """Return how many durations the values are made of."""
        return len(self.points)

    @property
    def median(self) -> float | None:
        """Return the middle of the durations, in seconds; `None` if there is none."""
        return statistics.median(self._seconds) if self.points else None

    @property
    def p90(self) -> int | None:
        """Return the observed duration that nine in ten do not exceed; `None` if there is none."""
        return sorted(self._seconds)[(9 * self.n + 9) // 10 - 1] if self.points else None

    @property
    def _seconds(self) -> list[int]:
        return [point.seconds for point in self.points]

    def of(self, basis: Basis) -> tuple[Point, ...]:
        """Return the durations with this kind of evidence."""
        return tuple(point for point in self.points if point.basis == basis)

    @property
    def evidence(self) -> tuple[Key, ...]:
        """Return the deployments behind the values."""
        return once(point.key for point in self.points)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of deployments. A deployment that is observed and declared counts as observed.

    `at_least`: undeclared cases are unknown, so the share may be greater. `signals` are shown beside it.
    """

    definition: Definition
    of: tuple[Key, ...] = ()
    observed: tuple[Key, ...] = ()
    declared: tuple[Key, ...] = ()
    taken_out: tuple[TakenOut, ...] = ()
    unknown: tuple[Part, ...] = ()
    signals: tuple[Signal, ...] = ()
    at_least: bool = True
    why: str | None = None

    @property
    def n(self) -> int:
        """Return the number of deployments of which this is a share."""
        return len(self.of)

    @property
    def counted(self) -> int:
        """Return how many of the deployments count."""
        return len(self.observed) + len(self.declared)

    @property
    def value(self) -> float | None:
        """Return the share, from 0 to 1; `None` without a deployment."""
        return self.counted / self.n if self.of else None

    @property
    def evidence(self) -> tuple[Key, ...]:
        """Return the deployments that count."""
        return self.observed + self.declared


@dataclass(frozen=True, slots=True)
class Week:
    """Deployments of a week. `count` is `None` if the app was not in production. `whole`: all seven days count."""

    begin: int
    count: int | None
    whole: bool


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often an app was deployed; `lived` is the number of seconds in production within the window."""

    definition: Definition
    evidence: tuple[Key, ...] = ()
    days: tuple[int, ...] = ()
    weeks: tuple[Week, ...] = ()
    lived: int = 0
    unknown: tuple[Part, ...] = ()
    why: str | None = None

    @property
    def n(self) -> int | None:
        """Return how many deployments there were; `None` where the app was not in production."""
        return None if self.why else len(self.evidence)

    @property
    def per_week(self) -> float | None:
        """Return how many deployments a week of the app's life had; `None` below one week."""
        return None if self.why or self.lived < 604_800 else len(self.evidence) * 604_800 / self.lived


@dataclass(slots=True)
class Parts:
    """Collector of the things that a value leaves out, by reason."""

    found: dict[str, tuple[int, list[Key]]] = field(default_factory=dict)

    def add(self, reason: str, *named: Key, count: int = 1) -> None:
        """Add things with this reason."""
        before, known = self.found.get(reason, (0, []))
        self.found[reason] = (before + count, [*known, *named])

    def all(self) -> tuple[Part, ...]:
        """Return them, sorted by reason."""
        return tuple(Part(reason, count, once(known)) for reason, (count, known) in sorted(self.found.items()))


def once(named: Iterable[Key]) -> tuple[Key, ...]:
    """Return each key once, in order."""
    return tuple(dict.fromkeys(named))
