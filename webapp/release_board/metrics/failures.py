"""The failed deployments of a lane, with the evidence and the remedy of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from release_board.metrics.lanes import Back, Lane, Step
from release_board.metrics.records import Change, Declaration, History, Incident, Key, Signal

LEAST_PREFIX = 7


@dataclass(frozen=True, slots=True)
class Failed:
    """A failed deployment; it counts once, even with several pieces of evidence.

    `observed` is how the next change went back, `remedy` is the later deployment that ended the failure, and
    `resolved` is when an incident was closed, if no deployment ended it.
    """

    change: Change
    observed: Back | None
    declared: tuple[Declaration | Incident, ...]
    signals: tuple[Signal, ...]
    remedy: Change | None
    resolved: int | None


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A deployment that was declared successful, although other evidence says that it failed."""

    change: Change
    observed: Back | None
    declaration: Declaration


@dataclass(frozen=True, slots=True)
class Judgement:
    """The failures in a lane, over its whole history.

    `unplaced` are declarations and incidents that name no deployment of the lane.
    """

    failed: tuple[Failed, ...]
    taken_out: tuple[TakenOut, ...]
    hotfixes: frozenset[Key]
    unplaced: tuple[Declaration | Incident, ...]
    signals: tuple[Signal, ...]


def judge(lane: Lane, history: History, *, count_signals: bool = False) -> Judgement:
    """Find the failed deployments of a lane. The window is applied later, so that it does not change them."""
    said: dict[Key, list[Declaration | Incident]] = {}
    unplaced: list[Declaration | Incident] = []
    for word in _words(lane, history):
        found = _named(lane, word)
        if found is None:
            unplaced.append(word)
        else:
            said.setdefault(found.key, []).append(word)
    hotfixes = frozenset(key for key, words in said.items() if any(_kind(one) == "hotfix" for one in words))
    signals = _signals(lane, history)
    failed: list[Failed] = []
    taken_out: list[TakenOut] = []
    for index, step in enumerate(lane.steps):
        if not step.deployed:
            continue
        words = [one for one in said.get(step.change.key, []) if _kind(one) != "hotfix"]
        observed = lane.steps[index + 1].back if index + 1 < len(lane.steps) else None
        hints = [one for one in signals if count_signals and one.commit == step.change.commit]
        last = words[-1] if words else None
        if isinstance(last, Declaration) and last.kind == "not-a-failure":
            if observed or hints or len(words) > 1:
                taken_out.append(TakenOut(step.change, observed, last))
        elif observed or words or hints:
            remedy = _remedy(lane.steps, index, hotfixes)
            resolved = None if remedy else _resolved(words)
            failed.append(Failed(step.change, observed, tuple(words), tuple(hints), remedy, resolved))
    return Judgement(tuple(failed), tuple(taken_out), hotfixes, tuple(unplaced), tuple(signals))


def _words(lane: Lane, history: History) -> list[Declaration | Incident]:
    """Return what was said of the lane, once each, the oldest first."""
    words: set[Declaration | Incident] = {*history.declarations, *(history.incidents or ())}
    mine = [one for one in words if (one.app, one.environment) == (lane.app, lane.environment)]
    return sorted(mine, key=lambda one: (_at(one), _kind(one) == "not-a-failure", repr(one)))


def _at(word: Declaration | Incident) -> int:
    return word.at if isinstance(word, Declaration) else word.opened


def _kind(word: Declaration | Incident) -> str:
    return word.kind if isinstance(word, Declaration) else "failure"


def is_called(commit: str | None, name: str) -> bool:
    """Tell whether a name means this commit: all of it, or a beginning of at least ``LEAST_PREFIX`` characters."""
    return commit is not None and (commit == name or (len(name) >= LEAST_PREFIX and commit.startswith(name)))


def _named(lane: Lane, word: Declaration | Incident) -> Change | None:
    """Return the deployment that is meant: by its commit, its source, or its tag; of several the last until then."""
    name = word.commit
    if not name:
        return None
    deployments = lane.deployments
    by_commit = [one for one in deployments if is_called(one.commit, name)]
    by_source = [one for one in deployments if is_called(one.source, name)]
    found = by_commit or by_source or [one for one in deployments if one.tag == name]
    until = [one for one in found if one.landed <= _at(word)]
    return until[-1] if until else (found[0] if found else None)


def _signals(lane: Lane, history: History) -> list[Signal]:
    mine = {one for one in history.signals if (one.app, one.environment) == (lane.app, lane.environment)}
    return sorted(mine, key=lambda one: (one.at, repr(one)))


def _remedy(steps: Sequence[Step], index: int, hotfixes: frozenset[Key]) -> Change | None:
    """Return the next deployment that went back, or the first later one that ended the failure.

    A later one did that if it was declared a hotfix, or went back to an image from before the failed one.
    """
    for later in range(index + 1, len(steps)):
        step = steps[later]
        before = step.returns_to is not None and step.returns_to < index
        if step.deployed and (step.change.key in hotfixes or (step.back and (later == index + 1 or before))):
            return step.change
    return None


def _resolved(words: Iterable[Declaration | Incident]) -> int | None:
    ends = [one.resolved for one in words if isinstance(one, Incident)]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
