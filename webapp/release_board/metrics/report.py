"""All metrics of one app in a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from release_board.metrics.apart import Apart, apart
from release_board.metrics.fail_rate import fail_rate
from release_board.metrics.frequency import frequency
from release_board.metrics.lead_time import lead_time
from release_board.metrics.records import History, Window
from release_board.metrics.recovery import recovery_time
from release_board.metrics.results import Clock, Durations, Frequency, Rate
from release_board.metrics.rework import rework_rate
from release_board.metrics.view import Options, View, view


@dataclass(frozen=True, slots=True)
class Report:
    """The five metrics of one app, never blended with another app's, and what is counted apart."""

    app: str
    production: tuple[str, ...]
    window: Window
    clock: Clock
    lead_time: Durations
    frequency: Frequency
    recovery_time: Durations
    fail_rate: Rate
    rework_rate: Rate
    apart: tuple[Apart, ...]


def measure(
    history: History, app: str, production: Sequence[str], window: Window, options: Options | None = None
) -> Report:
    """Measure the delivery of one app to its production environments, within a window of its whole history."""
    return report(view(history, app, production, window, options))


def report(seen: View) -> Report:
    """Measure what is seen of one app."""
    return Report(
        seen.app,
        seen.production,
        seen.window,
        seen.clock,
        lead_time(seen),
        frequency(seen),
        recovery_time(seen),
        fail_rate(seen),
        rework_rate(seen),
        apart(seen),
    )
