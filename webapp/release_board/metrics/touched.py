"""The weeks that have to be measured again after new information."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from release_board.metrics.failures import Judgement, judge
from release_board.metrics.lanes import lane
from release_board.metrics.lead_time import arrivals, reason
from release_board.metrics.records import History, Incident, Key, Window
from release_board.metrics.rework import excused
from release_board.metrics.sources import with_sources
from release_board.metrics.view import View
from release_board.metrics.weeks import week_of, weeks


class Touched(NamedTuple):
    """A week of an app in an environment; `week` is its beginning, on Monday in UTC."""

    app: str
    environment: str
    week: int


def touched(before: History, added: History) -> frozenset[Touched]:
    """Return the weeks whose metrics may change with `added`.

    A rollback changes its own week, and the week of the deployment that it shows to have failed. `before` only needs
    the apps that `added` names. Durations that are open at a window's end grow by themselves and are not included.
    """
    found: set[Touched] = set()
    for app in _apps(added):
        old, new = (_known(history, app) for history in (before, before.plus(added)))
        for environment in {change.environment for change in new.changes}:
            weeks_of = _differing(_facts(old, app, environment), _facts(new, app, environment))
            weeks_of |= _lived_otherwise(old, new, app, environment)
            found |= {Touched(app, environment, week) for week in weeks_of}
    return frozenset(found)


def _apps(added: History) -> set[str]:
    """Return the apps that something is known of; all their lanes are looked at, as they tell each other's sources."""
    apps = {one.app for one in added.changes} | {one.app for one in added.logs} | {one.app for one in added.lives}
    apps |= {one.app for one in added.declarations} | {one.app for one in added.incidents or ()}
    return apps | {one.app for one in added.signals}


def _known(history: History, app: str) -> History:
    own = history.of(app)
    return replace(own, changes=with_sources(own.changes, own.images))


Facts = dict[object, tuple[int, object]]


def _differing(old: Facts, new: Facts) -> set[int]:
    names = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]
    return {facts[name][0] for name in names for facts in (old, new) if name in facts}


def _facts(known: History, app: str, environment: str) -> Facts:
    """Return all that metrics use of each change of a lane, with its week."""
    own = lane(known.changes, app, environment)
    judgement = judge(own, known, count_signals=True)
    logs = {(one.before_source, one.source): one for one in sorted(known.logs, key=lambda log: log.unknown is None)}
    brought = {change.key: (fresh, again) for change, fresh, again in arrivals(own, logs)}
    said = _said(judgement)
    planned = excused(own, judgement)
    deployed = frozenset(change.key for change in own.deployments)
    found: Facts = {}
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
    spans = [View(one, app, (environment,), Window(0, 0)).span for one in (before, after)]
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
