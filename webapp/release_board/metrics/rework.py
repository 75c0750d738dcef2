"""Deployment rework rate: the share of unplanned deployments."""

from __future__ import annotations

from typing import Final

from release_board.metrics.failures import Judgement, TakenOut
from release_board.metrics.lanes import Lane
from release_board.metrics.records import Key, keys
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
    planned: dict[Key, TakenOut] = {}
    for lane, judgement in view.judged():
        planned |= excused(lane, judgement)
    of = keys(view.deployments)
    observed = tuple(key for key in of if key in back - planned.keys())
    return Rate(
        DEFINITION,
        of,
        observed,
        tuple(key for key in of if key in hotfixes - back),
        tuple(planned[key] for key in of if key in planned),
        view.unknown,
        why=view.why_none or (None if of else "there was no deployment in this window"),
    )


def excused(lane: Lane, judgement: Judgement) -> dict[Key, TakenOut]:
    """Return the rollbacks of deployments that were declared successful; these are no rework."""
    said = {one.change.key: one for one in judgement.taken_out if one.observed}
    pairs = zip(lane.steps, lane.steps[1:], strict=False)
    found = {after.change.key: said[one.change.key] for one, after in pairs if one.change.key in said}
    return {key: one for key, one in found.items() if key not in judgement.hotfixes}
