"""Deployment frequency: how often an app is deployed to production."""

from __future__ import annotations

from typing import Final

from release_board.metrics.records import keys
from release_board.metrics.results import Definition, Frequency, Week
from release_board.metrics.view import View
from release_board.metrics.weeks import WEEK, day_of, weeks

DEFINITION: Final = Definition(
    "Deployment frequency",
    "How many times a week an app's image changes in production.",
    "Each merge that changed the image of the app in a production environment, once for each environment, rollbacks"
    " and hand edits included, in the week (Monday to Sunday, UTC) in which it came to the branch.",
    "The first appearance of the app, removals, pins, and changes of configuration alone, which are listed apart. A"
    " week without a deployment is 0 only while the app was in production, else it is unknown.",
)


def frequency(view: View) -> Frequency:
    """Count the deployments of a window, their days and their weeks."""
    deployments = sorted(view.deployments, key=lambda one: (one.landed, one.key))
    life = view.life
    return Frequency(
        DEFINITION,
        keys(deployments),
        tuple(sorted({day_of(one.landed) for one in deployments})),
        _weeks(view, [one.landed for one in deployments]),
        life.end - life.begin if life else 0,
        view.unknown,
        view.why_none,
    )


def _weeks(view: View, times: list[int]) -> tuple[Week, ...]:
    life = view.life
    counts: dict[int, int] = {}
    for monday in (week for seconds in times for week in weeks(seconds, seconds + 1)):
        counts[monday] = counts.get(monday, 0) + 1
    found = []
    for monday in weeks(view.window.begin, view.window.end):
        lived = life is not None and life.begin < monday + WEEK and monday < life.end
        whole = life is not None and life.begin <= monday and monday + WEEK <= life.end
        found.append(Week(monday, counts.get(monday, 0) if lived else counts.get(monday), whole))
    return tuple(found)
