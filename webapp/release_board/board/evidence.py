"""The evidence of a metric: a row for each deployment that it counts or leaves out, with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from release_board.board import deliveries
from release_board.board import metric_words as words
from release_board.board.measuring import Measured
from release_board.metrics import Declaration, Incident, Key, SourceCommit, Window
from release_board.metrics.failures import Failed
from release_board.metrics.records import Change
from release_board.metrics.results import Durations, Part, Rate
from release_board.metrics.view import View
from release_board.pictures.marks import Mark, lanes

# The largest number of rows; pages show the newest rows, and the number of all.
ROWS = 300


@dataclass(frozen=True)
class Row:
    """A deployment. `how` says whether and how it counts, `seconds` is its duration, `commit` its commit."""

    key: Key
    change: Change | None
    how: str
    why: str = ""
    seconds: int | None = None
    commit: SourceCommit | None = None

    @property
    def at(self) -> int:
        """Return the time when it came to the branch; 0 if unknown."""
        return self.change.landed if self.change else 0


def rows(found: Measured, metric: str) -> list[Row]:
    """Return the evidence of a metric, the newest first."""
    changes = {one.key: one for lane in found.view.lanes for one in lane.changes}
    report = found.report
    if metric == words.LEAD_TIME:
        every = _durations(report.lead_time, "waits")
    elif metric == words.RECOVERY:
        every = _durations(report.recovery_time, "open")
    elif metric == words.FAIL_RATE:
        every = _failures(found, report.fail_rate)
    elif metric == words.REWORK:
        every = _rate(report.rework_rate, "a rollback", "declared a hotfix")
    else:
        every = (Row(key, None, "counts") for key in report.frequency.evidence)
    known = [Row(one.key, changes.get(one.key), one.how, one.why, one.seconds, one.commit) for one in every]
    return sorted(known, key=lambda one: (one.at, one.key), reverse=True)


def on_day(session: Session, seen: View, day: int) -> list[Row]:
    """Return the deployments on a day, the newest first; the day may be outside of any window."""
    several = deliveries.on_day(session, seen.app, seen.production, day)
    return [Row(one.key, one, "counts") for one in sorted(several, key=lambda one: (one.landed, one.key), reverse=True)]


def _durations(found: Durations, still: str) -> Iterator[Row]:
    for point in found.points:
        yield Row(point.key, None, point.basis, "", point.seconds, point.commit)
    for each in found.open:
        yield Row(each.key, None, still, each.reason, each.seconds, each.commit)
    yield from _parts(found.unknown, "unknown")
    yield from _parts(found.left_out, "left out")


def _parts(parts: tuple[Part, ...], how: str) -> Iterator[Row]:
    for part in parts:
        for key in part.keys:
            yield Row(key, None, how, part.reason)


def _failures(found: Measured, rate: Rate) -> Iterator[Row]:
    failed = {one.change.key: one for judgement in found.view.judgements for one in judgement.failed}
    for how, keys in (("observed", rate.observed), ("declared", rate.declared)):
        for key in keys:
            yield Row(key, None, how, _reason(failed[key]) if key in failed else "")
    yield from _others(rate)


def _reason(failed: Failed) -> str:
    """Return the evidence of a failure: how the next change went back, and people's declarations."""
    went = {"rolled back": "the next change rolled it back", "returned": "the next change went back to an older image"}
    found = [went[failed.observed]] if failed.observed else []
    for word in failed.declared:
        if isinstance(word, Incident):
            found.append(f"an incident{f' ({word.url})' if word.url else ''}")
        else:
            found.append(_said(word))
    return "; ".join([*found, *(signal.text for signal in failed.signals)])


def _said(word: Declaration) -> str:
    return f"declared by {word.by}{f': {word.reason}' if word.reason else ''}"


def _rate(rate: Rate, observed: str, declared: str) -> Iterator[Row]:
    for how, keys, why in (("observed", rate.observed, observed), ("declared", rate.declared, declared)):
        for key in keys:
            yield Row(key, None, how, why)
    yield from _others(rate)


def _others(rate: Rate) -> Iterator[Row]:
    for one in rate.taken_out:
        yield Row(one.change.key, None, "taken out", f"said not to have failed, {_said(one.declaration)}")
    yield from _parts(rate.unknown, "unknown")
    counted = {*rate.evidence, *(one.change.key for one in rate.taken_out)}
    for key in rate.of:
        if key not in counted:
            yield Row(key, None, "not among them")


def marks(found: Measured, window: Window) -> list[Mark]:
    """Return the marks for charts of deployments, the newest first."""
    every = [mark for _, several in lanes(found.view.within(window), found.environments) for mark in several]
    return sorted(every, key=lambda mark: (mark.change.landed, mark.key), reverse=True)
