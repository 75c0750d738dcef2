"""Declarations about deployments from trailers of commits: a failure, no failure, or a hotfix."""

from collections.abc import Iterator, Sequence
from typing import Any

from generator import Deployment
from sqlalchemy import delete
from sqlalchemy.orm import Session

from release_board.metrics.records import DeclarationKind
from release_board.store.insert import add_rows
from release_board.store.models import NAME, RELEASE, Declaration
from release_board.store.texts import cut, moment

FAILURE_OF, HOTFIX = "Failure-of", "Hotfix"
# The value of each is `APP ENVIRONMENT RELEASE`; the release is a tag or a commit.
TRAILERS: dict[str, DeclarationKind] = {FAILURE_OF: "failure", "Not-a-failure": "not-a-failure", HOTFIX: "hotfix"}


def store(session: Session, found: Sequence[Deployment], *, anew: bool) -> None:
    """Store the declarations in trailers of these changes; `anew` deletes all former declarations of trailers first."""
    if anew:
        session.execute(delete(Declaration).where(Declaration.origin.is_not(None)))
    add_rows(session, Declaration, [row for one in found for row in declared(one)])


def declared(one: Deployment) -> Iterator[dict[str, Any]]:
    """Yield the declarations of a change. A change that declares a failure and sets the image there is also its fix."""
    for trailer, kind in TRAILERS.items():
        for value in one.trailers(trailer):
            words = value.split()
            if len(words) != 3:
                continue
            app, environment, release = words[0], words[1], words[2].partition("@")[0]
            if release and _fits(app, environment, release):
                yield _row(one, kind, app, environment, release)
            if trailer == FAILURE_OF and (app, environment) == (one.app, one.environment) and one.image_changed:
                yield _row(one, "hotfix", app, environment, one.commit)


def _fits(app: str, environment: str, release: str) -> bool:
    return len(app) <= NAME and len(environment) <= NAME and len(release) <= RELEASE


def _row(one: Deployment, kind: DeclarationKind, app: str, environment: str, release: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "app": cut(app, NAME),
        "environment": cut(environment, NAME),
        "commit": cut(release, RELEASE),
        "at": moment(one.seconds),
        "by": cut(one.author),
        "reason": cut(one.subject),
        "origin": one.commit,
    }
