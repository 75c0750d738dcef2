"""Which apps an open request of ours moves, told by its branch and its text: nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from generator.clients.forges import Forge, PullRequest
from generator.delivery.promotion import description, proposal
from generator.errors import GeneratorError
from generator.spec.model import Spec

# The branches of rollbacks' requests: one for each app and environment.
ROLLBACKS: Final = "rollback/"
_ALL: Final = "_all"
# As `promotion.body` writes them: an app's row in the table of what moves, and its line below "The base".
_MOVES: Final = re.compile(r"^(?:\| `([a-z0-9-]+)` \| `|- `([a-z0-9-]+)`: brought to )", re.MULTILINE)
_CUT: Final = "… cut at "


@dataclass(frozen=True, slots=True)
class Promotions:
    """The open promotions of an app into an environment. ``closed`` are those that we have closed.

    ``unknown``: why the forge could not be asked, or could not close the rest.
    """

    found: tuple[PullRequest, ...] = ()
    closed: tuple[PullRequest, ...] = ()
    unknown: str = ""


def prefix(project: str) -> str:
    """What the branches of all promotions begin with."""
    return "/".join(proposal.prefix(project, "").split("/")[:2]) + "/"


def apps(request: PullRequest, name: str, known: Iterable[str]) -> list[str]:
    """Of the ``known`` apps those that a request moves; ``name`` is what its branch says of apps.

    A promotion that was asked for all apps leaves some out, and its text says which
    move. A text that was cut, or that is a person's, says nothing: then all that it
    was asked for.
    """
    mark = description.marker(request.body)
    asked = set(mark.apps) if mark and mark.apps else set() if name == _ALL else {name, *name.split("_")}
    said = {one or other for one, other in _MOVES.findall(request.body)} if mark and _CUT not in request.body else set()
    return [app for app in known if (not asked or app in asked) and (not said or app in said)]


def withdraw(forge: Forge, spec: Spec, branch: str, app: str, environment: str, *, close: bool) -> Promotions:
    """Find the promotions that would bring back what a rollback has taken out, and ``close`` them. Raises nothing."""
    closed: list[PullRequest] = []
    found: list[PullRequest] = []
    start = proposal.prefix(spec.project, environment)
    try:
        requests = forge.requests(branch, start)
        found = [one for one in requests if app in apps(one, one.head.removeprefix(start), spec.apps)]
        for request in found if close else ():
            # By this mark the next `promote` knows that nobody has said no to the rest of it.
            marked = forge.update(request, request.title, description.withdrawn(request.body))
            forge.close(marked, _reason(app, environment, spec, request))
            closed.append(request)
    except GeneratorError as exc:
        return Promotions(tuple(found), tuple(closed), exc.message)
    return Promotions(tuple(found), tuple(closed))


def _reason(app: str, environment: str, spec: Spec, request: PullRequest) -> str:
    start = proposal.prefix(spec.project, environment)
    others: Sequence[str] = [one for one in apps(request, request.head.removeprefix(start), spec.apps) if one != app]
    again = f" For {', '.join(others)}: promote {' '.join(others)} --to {environment}" if others else ""
    return f"{app} was rolled back in {environment}: merging this would undo it.{again}"
