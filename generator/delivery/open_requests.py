"""Find the generator's open pull requests for an app, by branch and marker, without a fetch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.delivery import branches
from generator.delivery.promotion import marker
from generator.errors import GeneratorError

if TYPE_CHECKING:
    from generator.clients.forges import Forge, PullRequest
    from generator.delivery.promotion.marker import Marker
    from generator.spec.model import Spec

# As version 0.1 told it, whose marker does not: an app's row in the table, and its line below "The base".
_MOVES: Final = re.compile(r"^(?:\| `([a-z0-9-]+)` \| `|- `([a-z0-9-]+)`: brought to )", re.MULTILINE)
_TABLE: Final = re.compile(r"^\| `([a-z0-9-]+)` \| `([^`|]+)` \| `([^`|]+)`", re.MULTILINE)
_CUT: Final = "… cut at "


@dataclass(frozen=True, slots=True)
class Promotions:
    """The open promotions of an app into an environment. ``closed`` are those that this run closed.

    ``unknown``: why the forge could not be asked, or could not close the others.
    """

    found: tuple[PullRequest, ...] = ()
    closed: tuple[PullRequest, ...] = ()
    unknown: str = ""


def apps(request: PullRequest, name: str, known: Iterable[str]) -> list[str]:
    """List the ``known`` apps that a request changes.

    A promotion of all apps leaves some out; its marker names the changed ones. A request without a marker, such as a
    user's own, counts for all apps in its branch's name.

    Args:
        request: A request of a promotion or a rollback.
        name: The part of its branch that names apps.
        known: The apps of the spec.
    """
    mark = marker.read(request.body)
    asked = set(mark.apps) if mark and mark.apps else set() if name == branches.ALL else {name, *name.split("_")}
    moving = _moving(request.body, mark) if mark else set()
    return [app for app in known if (not asked or app in asked) and (not moving or app in moving)]


def moves(body: str) -> dict[str, tuple[str, str]]:
    """Return the present and the proposed image of each app, from the text of a generated request.

    Empty if the text has no table, as for a rollback, or a user has changed it.
    """
    return {app: (was, now) for app, was, now in _TABLE.findall(body)} if marker.read(body) else {}


def _moving(body: str, mark: Marker) -> set[str]:
    """Return the apps that a text of ours says it moves; none where it does not tell."""
    if mark.moves is not None:
        return set(mark.moves)
    return set() if _CUT in body else {one or other for one, other in _MOVES.findall(body)}


def withdraw(forge: Forge, spec: Spec, branch: str, app: str, environment: str, *, close: bool) -> Promotions:
    """Find the promotions that would undo a rollback, and ``close`` them. Raises nothing."""
    closed: list[PullRequest] = []
    found: list[PullRequest] = []
    start = branches.promotions(spec.project, environment)
    try:
        requests = forge.requests(branch, start)
        found = [one for one in requests if app in apps(one, one.head.removeprefix(start), spec.apps)]
        for request in found if close else ():
            # By this mark the next `promote` knows that no reviewer has said no to the rest of it.
            marked = forge.update(request, request.title, marker.withdrawn(request.body))
            forge.close(marked, _reason(app, environment, spec, request))
            closed.append(request)
    except GeneratorError as exc:
        return Promotions(tuple(found), tuple(closed), exc.message)
    return Promotions(tuple(found), tuple(closed))


def _reason(app: str, environment: str, spec: Spec, request: PullRequest) -> str:
    start = branches.promotions(spec.project, environment)
    others: Sequence[str] = [one for one in apps(request, request.head.removeprefix(start), spec.apps) if one != app]
    again = f" For {', '.join(others)}: promote {' '.join(others)} --to {environment}" if others else ""
    return f"{app} was rolled back in {environment}: merging this would undo it.{again}"
