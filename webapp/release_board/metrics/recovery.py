"""Failed deployment recovery time: how long a failed deployment lasted until another one ended it."""

from __future__ import annotations

from typing import Final

from release_board.metrics.failures import Failed
from release_board.metrics.records import keys
from release_board.metrics.results import Basis, Definition, Durations, Open, Parts, Point
from release_board.metrics.view import View

DEFINITION: Final = Definition(
    "Failed deployment recovery time",
    "How long it takes until production is well again after a deployment that failed.",
    "From when the failed deployment ran to when the one ran that ended the failure: the next one if it went back, else"
    " the first later one that was declared a hotfix or went back to an image from before. Where none did, to when its"
    " incident was closed.",
    "Failures that have not ended; these are listed as open and still grow. Outages that no deployment caused.",
)
NOT_ENDED = "no later deployment went back or is declared a hotfix"
NOT_RUNNING = "it is not known when the deployment that ended the failure ran"
CLOCKS = "by the clocks it ended before it began"


def recovery_time(view: View) -> Durations:
    """Measure the recoveries from the failed deployments of a window."""
    of = frozenset(keys(view.deployments))
    points, still, parts = [], [], Parts()
    for failed in (one for judgement in view.judgements for one in judgement.failed if one.change.key in of):
        key, start = failed.change.key, _start(view, failed)
        if failed.remedy is None and failed.resolved is None:
            still.append(Open(key, start, max(start, view.window.end), NOT_ENDED))
            continue
        end = view.end(failed.remedy) if failed.remedy else failed.resolved
        if end is None:
            parts.add(NOT_RUNNING, key)
        elif end < start:
            parts.add(CLOCKS, key)
        else:
            points.append(Point(key, start, end, _basis(failed)))
    return Durations(
        DEFINITION,
        view.clock,
        tuple(sorted(points, key=lambda one: (one.start, one.key))),
        tuple(sorted(still, key=lambda one: (one.start, one.key))),
        (*view.unknown, *parts.all()),
        why=view.why_none or (None if points else "no failed deployment of this window is known to have ended"),
    )


def _start(view: View, failed: Failed) -> int:
    """Return when a failed deployment ran, if it ever did; else when it came to git."""
    running = failed.change.running if view.clock == "running" else None
    return failed.change.landed if running is None else running


def _basis(failed: Failed) -> Basis:
    return "observed" if failed.remedy and failed.observed else "declared"
