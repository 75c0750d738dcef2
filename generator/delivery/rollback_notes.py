"""Notes about a rollback: open promotions that would undo it, the database schema, a base that stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from generator.clients import argocd
from generator.render.names import application_names

if TYPE_CHECKING:
    from generator.delivery.deployments import Deployment
    from generator.delivery.image import Slot
    from generator.delivery.open_requests import Promotions
    from generator.delivery.rollback import Goal
    from generator.spec.model import Spec

_NOT_UNDONE: Final = "a rollback does not undo database migrations: {tag} will run on the schema "


def of_promotions(place: Slot, found: Promotions, what: str) -> Iterator[str]:
    """Return notes on promotions that were proposed before: a pin does not stop reviewers from merging them.

    ``what`` they would undo is a rollback or a pin.
    """
    where = f"{place.app} into {place.environment}"
    for request in found.closed:
        yield f"note: {request.url} is closed: merging it would have undone this {what}"
    for request in found.found:
        if request not in found.closed:
            yield f"note: {request.url} promotes {where}: merging it undoes this {what}; close it"
    if found.unknown:
        yield f"note: whether promotions of {where} are still open is not known: {found.unknown}"
        yield f"hint: merging one that was proposed before undoes this {what}"


def advice(spec: Spec, place: Slot, goal: Goal, *, pushed: bool) -> Iterator[str]:
    """Return notes on what the commit does not undo."""
    assert goal.wanted is not None
    assert goal.target is not None
    if pushed and spec.environments[place.environment].sync == "manual":
        names = application_names(spec, place.environment, place.app)
        commands = "; ".join(argocd.sync_command(spec, name) for name in names) or "in Argo CD, in each of its clusters"
        yield f"note: {place.environment} is synced by hand: {commands}"
    app = spec.described.get(place.app)
    if app and app.instances[place.environment].general.migration:
        former = goal.former.tag if goal.former and goal.former.tag else "the newer version"
        schema = f"that {former} has migrated to" if goal.target.older else "as it is now"
        yield f"note: {_NOT_UNDONE.format(tag=goal.wanted.tag or goal.wanted.digest)}{schema}"
    for entry in staying_bases(spec, goal):
        yield f"note: the base stays as {entry.commit[:12]} has promoted it ({entry.subject})"


def staying_bases(spec: Spec, goal: Goal) -> Sequence[Deployment]:
    """Return the promotions whose base stays."""
    return goal.target.bases if goal.target and not goal.stays and spec.promotion.base else ()
