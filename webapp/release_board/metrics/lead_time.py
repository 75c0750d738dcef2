"""Change lead time: the time from a commit until it runs in production, and the commits that still wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from release_board.metrics.lanes import Lane
from release_board.metrics.records import Change, Key, Log, SourceCommit
from release_board.metrics.results import Definition, Durations, Open, Parts, Point
from release_board.metrics.view import View

DEFINITION: Final = Definition(
    "Change lead time",
    "How long a change takes from its commit on the branch until it runs in production.",
    "Each commit of the app's source that a deployment brought, from its committer's time; a commit that was superseded"
    " on its way keeps its own clock. One that came to an environment again, after a rollback, counted the first time.",
    "The time before a squash or rebase, which hides the first commit; rollbacks, and the first deployment of an app,"
    " which bring no change; commits that still wait, which are shown beside the values and grow.",
)
FIRST = "it is the first deployment of the app in this environment"
BACK = "a rollback brings no new change"
SAME = "it was built from the same commit as the one before"
AGAIN = "it came to this environment before, and was taken back"
CONFIGURATION = "a change of configuration alone brings no commit of the app"
NO_SOURCE = "the release names no commit of its source"
NO_SOURCE_BEFORE = "the release before names no commit of its source"
NOT_READ = "the commits between the two sources were not read"
NOT_RUNNING = "it is not known when the deployment ran"
CLOCKS = "by the clocks it was deployed before it was committed"
WAITING = "not in this environment yet"

Pair = tuple[str, str]


def lead_time(view: View) -> Durations:
    """Measure the lead times of the commits that a window's deployments brought."""
    logs = {(one.before_source, one.source): one for one in sorted(view.history.logs, key=_known_last)}
    points: list[Point] = []
    still: list[Open] = []
    unknown, left_out = Parts(), Parts()
    for one in view.lanes:
        came: set[str] = set()
        for change, fresh, again in arrivals(one, logs):
            if change.landed < view.window.end:
                came.update(commit.id for commit in fresh)
            if change.landed in view.window:
                points += _points(view, change, fresh, unknown)
                _count(left_out, AGAIN, change.key, again)
        _reasons(view, one, logs, unknown, left_out)
        still += _waiting(view, one, logs, came, unknown)
    for change in view.deployments:
        if not change.image_changed:
            left_out.add(CONFIGURATION, change.key)
    return Durations(
        DEFINITION,
        view.clock,
        tuple(sorted(points, key=lambda point: (point.end, point.key, point.start, point.commit and point.commit.id))),
        tuple(sorted(still, key=lambda each: (each.start, each.key, each.commit and each.commit.id))),
        (*view.unknown, *unknown.all()),
        left_out.all(),
        view.why_none or (None if points else "no commit is known to have been deployed in this window"),
    )


def _known_last(log: Log) -> tuple[bool, str]:
    return (log.unknown is None, repr(log))


def _count(parts: Parts, reason: str, key: Key, number: int) -> None:
    if number:
        parts.add(reason, key, count=number)


Logs = dict[Pair, Log]
Arrival = tuple[Change, tuple[SourceCommit, ...], int]


def arrivals(one: Lane, logs: Logs) -> list[Arrival]:
    """Return the commits that each deployment brought for the first time, and the number of repeated ones.

    The lane's whole history is read, so that a window does not change which deployment was the first.
    """
    found: list[Arrival] = []
    came: set[str] = set()
    for change in one.deployments:
        log = logs.get((change.before_source or "", change.source or ""))
        if reason(one, change, logs) or log is None:
            continue
        commits = {commit.id: commit for commit in log.commits}
        fresh = tuple(commit for name, commit in commits.items() if name not in came)
        came.update(commits)
        found.append((change, fresh, len(commits) - len(fresh)))
    return found


def reason(one: Lane, change: Change, logs: Logs) -> str | None:
    """Return why a deployment of the lane has no lead times; `None` if it has."""
    if change.key in one.back:
        return BACK
    if change.before_source is None:
        return FIRST if change.key == one.deployments[0].key else NO_SOURCE if not change.source else NO_SOURCE_BEFORE
    if change.source is None:
        return NO_SOURCE
    if change.source == change.before_source:
        return SAME
    log = logs.get((change.before_source, change.source))
    return NOT_READ if log is None else log.unknown


def _reasons(view: View, one: Lane, logs: Logs, unknown: Parts, left_out: Parts) -> None:
    for change in one.deployments:
        why = reason(one, change, logs) if change.landed in view.window else None
        if why:
            (left_out if why in (FIRST, BACK, SAME) else unknown).add(why, change.key)


def _points(view: View, change: Change, commits: Sequence[SourceCommit], unknown: Parts) -> list[Point]:
    end = view.end(change)
    if end is None:
        _count(unknown, NOT_RUNNING, change.key, len(commits))
        return []
    _count(unknown, CLOCKS, change.key, sum(commit.committed > end for commit in commits))
    return [Point(change.key, commit.committed, end, commit=commit) for commit in commits if commit.committed <= end]


def _waiting(view: View, one: Lane, logs: Logs, came: set[str], unknown: Parts) -> list[Open]:
    """Return the commits that had come to another environment by the end of the window, and not to this one."""
    pair = waiting(view, one)
    if pair is None:
        return []
    key, before, source = pair
    log = logs.get((before, source))
    if log is None or log.unknown:
        unknown.add(f"which commits wait: {log.unknown if log and log.unknown else NOT_READ}", key)
        return []
    commits = {commit.id: commit for commit in log.commits if commit.id not in came}
    return [
        Open(key, commit.committed, view.window.end, WAITING, commit)
        for commit in commits.values()
        if commit.committed < view.window.end
    ]


def waiting(view: View, one: Lane) -> tuple[Key, str, str] | None:
    """Return the two sources between which commits wait at the end of the window; `None` if none do.

    These are the lane's source and the app's latest source in an environment other than production.
    """
    has = [step.change for step in one.steps if step.change.landed < view.window.end]
    others = {change.environment for change in view.history.changes} - set(view.production)
    newest: list[Change] = []
    for environment in others:
        steps = view.lane(environment).steps
        newest += [step.change for step in steps if step.change.landed < view.window.end and step.change.source][-1:]
    if not has or not newest:
        return None
    before, source = has[-1].source, max(newest, key=lambda one: (one.position, one.landed, one.commit)).source
    return (has[-1].key, before, source) if before and source and before != source else None


def pairs(view: View) -> frozenset[Pair]:
    """Return the pairs of sources whose commits are needed for the lead times of an app up to a window's end."""
    found: set[Pair] = set()
    for one in view.lanes:
        for change in one.deployments:
            if change.before_source and change.source and reason(one, change, {}) == NOT_READ:
                found.add((change.before_source, change.source))
        pair = waiting(view, one)
        found |= {pair[1:]} if pair else set()
    return frozenset(found)
