"""Deployment rework rate: the share of deployments that nobody had planned."""

from __future__ import annotations

from typing import Final

from release_board.metrics.records import keys
from release_board.metrics.results import Definition, Rate
from release_board.metrics.view import View

DEFINITION: Final = Definition(
    "Deployment rework rate",
    "The share of deployments that were made to mend what an earlier one had done to users.",
    "Observed: rollbacks. Declared: deployments that someone named a hotfix. One that is both counts once.",
    "Fixes that nobody declared, so it is a least value; rollbacks of a deployment of which someone said that it did"
    " not fail (shown with their reason).",
)


def rework_rate(view: View) -> Rate:
    """Return the share of a window's deployments that were rollbacks or declared hotfixes."""
    back = {key for lane in view.lanes for key in lane.back}
    hotfixes = {key for judgement in view.judgements for key in judgement.hotfixes}
    planned, taken_out = set(), []
    for lane, judgement in view.judged():
        excused = {one.change.key: one for one in judgement.taken_out if one.observed}
        for step, after in zip(lane.steps, lane.steps[1:], strict=False):
            if step.change.key in excused and after.change.key not in hotfixes:
                planned.add(after.change.key)
                if after.change.landed in view.window:
                    taken_out.append(excused[step.change.key])
    of = keys(view.deployments)
    observed = tuple(key for key in of if key in back - planned)
    return Rate(
        DEFINITION,
        of,
        observed,
        tuple(key for key in of if key in hotfixes - back),
        tuple(taken_out),
        view.unknown,
        why=view.why_none or (None if of else "there was no deployment in this window"),
    )
