"""Change fail rate: the share of deployments that failed."""

from __future__ import annotations

from typing import Final

from release_board.metrics.records import Declaration, Incident, Signal, keys
from release_board.metrics.results import Definition, Part, Parts, Rate
from release_board.metrics.view import View

DEFINITION: Final = Definition(
    "Change fail rate",
    "The share of deployments after which someone had to act at once, by a rollback or a fix.",
    "Observed: a deployment whose next change of the image in that environment was a rollback, or went back to an image"
    " that ran there before. Declared: one that a Failure-of trailer, a user or an incident names. Each deployment"
    " counts once, and the denominator is deployments.",
    "Failures that nobody rolled back or declared, so it is a least value where no tool reports incidents; rollouts"
    " that were unhealthy (listed beside it); builds and pipelines that failed; deployments of which someone said that"
    " they did not fail (shown with their reason).",
)


def fail_rate(view: View) -> Rate:
    """Return the share of a window's deployments that failed, judged by the whole history."""
    of = frozenset(keys(view.deployments))
    failed = [one for judgement in view.judgements for one in judgement.failed if one.change.key in of]
    observed = [one.change for one in failed if one.observed or one.signals]
    declared = [one.change for one in failed if not (one.observed or one.signals)]
    return Rate(
        DEFINITION,
        keys(view.deployments),
        keys(observed),
        keys(declared),
        tuple(one for judgement in view.judgements for one in judgement.taken_out if one.change.key in of),
        _unknown(view),
        _signals(view),
        at_least=view.history.incidents is None,
        why=view.why_none or (None if of else "there was no deployment in this window"),
    )


def _unknown(view: View) -> tuple[Part, ...]:
    parts = Parts()
    for judgement in view.judgements:
        for word in judgement.unplaced:
            if _at(word) in view.window:
                parts.add(_why(word))
    return (*view.unknown, *parts.all())


def _at(word: Declaration | Incident) -> int:
    return word.at if isinstance(word, Declaration) else word.opened


def _why(word: Declaration | Incident) -> str:
    what = "an incident" if isinstance(word, Incident) else f"a declaration ({word.kind})"
    return f"{what} names a release that is not known here" if word.commit else f"{what} names no release"


def _signals(view: View) -> tuple[Signal, ...]:
    return tuple(one for judgement in view.judgements for one in judgement.signals if one.at in view.window)
