"""Metrics as words and numbers: a value with its parts, or the reason why it is unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from release_board.metrics import Key, Report
from release_board.metrics.results import Definition, Durations, Frequency, Part, Rate
from release_board.pictures.clock import duration

# The names of metrics in URLs.
LEAD_TIME, FREQUENCY, RECOVERY, FAIL_RATE, REWORK = (
    "lead-time",
    "frequency",
    "recovery-time",
    "fail-rate",
    "rework-rate",
)
# With fewer durations, nine in ten are all of them, so the ninth decile is not shown.
DECILE = 10
METRICS = (LEAD_TIME, FREQUENCY, RECOVERY, FAIL_RATE, REWORK)


@dataclass(frozen=True)
class Shown:
    """One metric. `value` is None if it is unknown; `why` is the reason. `parts` are the value's parts."""

    name: str
    definition: Definition
    value: str | None
    why: str | None
    parts: tuple[str, ...]
    numbers: dict[str, Any]
    evidence: tuple[Key, ...]


def shown(report: Report) -> dict[str, Shown]:
    """Return the five metrics of a report by name."""
    return {
        LEAD_TIME: _durations(LEAD_TIME, report.lead_time, "commit", "waits", "wait"),
        FREQUENCY: _frequency(report.frequency),
        RECOVERY: _durations(RECOVERY, report.recovery_time, "recovery", "is open", "are open"),
        FAIL_RATE: _rate(FAIL_RATE, report.fail_rate),
        REWORK: _rate(REWORK, report.rework_rate),
    }


def _durations(name: str, found: Durations, what: str, one_open: str, several_open: str) -> Shown:
    observed, declared = len(found.of("observed")), len(found.of("declared"))
    parts = []
    if found.points:
        parts.append(f"of {_count(found.n, what)}")
        if found.p90 is not None and found.n >= DECILE:
            parts.append(f"nine in ten within {duration(found.p90)}")
        if declared:
            parts.append(f"{observed} observed, {declared} declared")
    if found.open:
        parts.append(f"{len(found.open)} {one_open if len(found.open) == 1 else several_open}")
    parts += _unknown(found.unknown)
    numbers = {
        "median_seconds": found.median,
        "p90_seconds": found.p90,
        "n": found.n,
        "observed": observed,
        "declared": declared,
        "open": len(found.open),
        "ends": "running" if found.clock == "running" else "in git",
        "unknown": _reasons(found.unknown),
        "left_out": _reasons(found.left_out),
        "why_unknown": found.why,
    }
    value = None if found.median is None else duration(found.median)
    return Shown(name, found.definition, value, found.why, tuple(parts), numbers, found.evidence)


def _frequency(found: Frequency) -> Shown:
    n, weekly = found.n, found.per_week
    if n is None:
        value, parts = None, []
    elif weekly is None:
        value, parts = _count(n, "deployment"), ["in less than a week"]
    else:
        value, parts = f"{weekly:.1f} a week" if n else "none", [_count(n, "deployment")]
        if n:
            parts.append(f"on {_count(len(found.days), 'day')}")
    numbers = {
        "n": n,
        "per_week": None if weekly is None else round(weekly, 3),
        "days": len(found.days) if n is not None else None,
        "weeks": [{"begin": week.begin, "n": week.count, "whole": week.whole} for week in found.weeks],
        "unknown": _reasons(found.unknown),
        "why_unknown": found.why,
    }
    told = (*parts, *_unknown(found.unknown))
    return Shown(FREQUENCY, found.definition, value, found.why, told, numbers, found.evidence)


def _rate(name: str, found: Rate) -> Shown:
    parts: list[str] = []
    value = None
    if found.value is not None:
        value = "none known" if found.at_least and not found.counted else _percent(found.value)
        value = f"at least {value}" if found.at_least and found.counted else value
        split = f": {len(found.observed)} observed, {len(found.declared)} declared" if found.counted else ""
        parts.append(f"{found.counted} of {_count(found.n, 'deployment')}{split}")
    if found.taken_out:
        parts.append(f"{len(found.taken_out)} said not to have failed")
    parts += _unknown(found.unknown)
    numbers = {
        "rate": None if found.value is None else round(found.value, 4),
        "at_least": found.at_least,
        "n": found.n,
        "counted": found.counted if found.of else None,
        "observed": len(found.observed) if found.of else None,
        "declared": len(found.declared) if found.of else None,
        "said_not_to_have_failed": len(found.taken_out),
        "unknown": _reasons(found.unknown),
        "why_unknown": found.why,
    }
    return Shown(name, found.definition, value, found.why, tuple(parts), numbers, found.evidence)


def _percent(share: float) -> str:
    percent = share * 100
    return f"{percent:.0f} %" if percent >= 10 or percent in (0, 100) else f"{percent:.1f} %"


def _count(number: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what.endswith("y") and what != "day" else f"{what}s"
    return f"{number} {what if number == 1 else plural}"


def _unknown(parts: Sequence[Part]) -> list[str]:
    number = sum(part.count for part in parts)
    return [f"{number} unknown"] if number else []


def _reasons(parts: Iterable[Part]) -> list[dict[str, Any]]:
    return [{"reason": part.reason, "n": part.count} for part in parts]


def named(keys: Iterable[Key]) -> list[dict[str, str]]:
    """Return the keys of changes for JSON."""
    return [{"environment": key.environment, "commit": key.commit} for key in keys]
