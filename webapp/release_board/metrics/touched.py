"""Which weeks have to be measured anew when something becomes known."""

from __future__ import annotations

from typing import NamedTuple

from release_board.metrics.failures import Judgement, judge
from release_board.metrics.lanes import lane
from release_board.metrics.lead_time import arrivals, reason
from release_board.metrics.records import History, Incident, Key, Window
from release_board.metrics.rework import excused
from release_board.metrics.sources import with_sources
from release_board.metrics.view import view
from release_board.metrics.weeks import week_of, weeks


class Touched(NamedTuple):
    """A week of an app in an environment; `week` is when it began, on Monday in UTC."""

    app: str
    environment: str
    week: int


def touched(before: History, added: History) -> frozenset[Touched]:
    """Return the weeks whose metrics may differ once `added` is known.

    A rollback touches its own week, and that of the deployment that it shows to have failed. `before` needs to have no
    more than the apps that `added` names. What waits or is open at a window's end grows by itself, and is not told.
    """
    after = before.plus(added)
    found: set[Touched] = set()
    for app, environment in lanes(before, added):
        old, new = _facts(before, app, environment), _facts(after, app, environment)
        for key in old.keys() | new.keys():
            if old.get(key) != new.get(key):
                of = {facts[key][0] for facts in (old, new) if key in facts}
                found |= {Touched(app, environment, week) for week in of}
        found |= {Touched(app, environment, week) for week in _lived_otherwise(before, after, app, environment)}
    return frozenset(found)


def lanes(before: History, added: History) -> frozenset[tuple[str, str]]:
    """Return the lanes that `added` may touch: all of the apps it names, as environments tell each other's sources."""
    apps = {one.app for one in added.changes} | {one.app for one in added.logs} | {one.app for one in added.lives}
    apps |= {one.app for one in added.declarations} | {one.app for one in added.incidents or ()}
    apps |= {one.app for one in added.signals}
    return frozenset((one.app, one.environment) for one in (*before.changes, *added.changes) if one.app in apps)


def _facts(history: History, app: str, environment: str) -> dict[object, tuple[int, object]]:
    """Return all that metrics use of each change of a lane, with its week."""
    known = history.of(app)
    own = lane(with_sources(known.changes), app, environment)
    judgement = judge(own, known, count_signals=True)
    logs = {(one.before_source, one.source): one for one in sorted(known.logs, key=lambda log: log.unknown is None)}
    brought = {change.key: (fresh, again) for change, fresh, again in arrivals(own, logs)}
    said = _said(judgement)
    planned = excused(own, judgement)
    deployed = frozenset(change.key for change in own.deployments)
    found: dict[object, tuple[int, object]] = {}
    for change in own.changes:
        why = reason(own, change, logs) if change.key in deployed else None
        facts = (
            change,
            own.back.get(change.key),
            said.get(change.key),
            planned.get(change.key),
            brought.get(change.key),
            why,
        )
        found[change.key] = (week_of(change.landed), facts)
    for word in judgement.unplaced:
        found[word] = (week_of(word.opened if isinstance(word, Incident) else word.at), None)
    for signal in judgement.signals:
        found[signal] = (week_of(signal.at), None)
    return found


def _lived_otherwise(before: History, after: History, app: str, environment: str) -> set[int]:
    """Return the weeks up to the last change in which the app was in production by one history alone."""
    spans = [view(one, app, [environment], Window(0, 0)).span for one in (before, after)]
    changes = lane(after.changes, app, environment).changes
    last = max((change.landed for change in changes), default=0) + 1
    begins = sorted(last if begin is None else begin for begin, _ in spans)
    ends = sorted(last if end is None else min(end, last) for _, end in spans)
    return {week for begin, end in (begins, ends) for week in weeks(begin, end)}


def _said(judgement: Judgement) -> dict[Key, object]:
    found: dict[Key, object] = {one.change.key: one for one in judgement.failed}
    found |= {one.change.key: one for one in judgement.taken_out}
    for key in judgement.hotfixes:
        found[key] = (found.get(key), "hotfix")
    return found
