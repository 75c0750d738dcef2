"""The messages of commits, as the generator and forges write them."""

from __future__ import annotations

from collections.abc import Sequence

from generator.delivery import commit_message, deployments, pull_request, rollback
from generator.delivery.bump import Bump, BumpOutcome, Wanted
from generator.delivery.bump import State as Outcome
from generator.delivery.commit_message import Build
from generator.delivery.deployments import Deployment
from generator.delivery.pin import Pin
from generator.delivery.rollback import Goal
from generator.delivery.rollback_target import Target
from generator.git.history import Commit
from testing.release_history.state import Built, Place


def bumped(places: Sequence[Place], built: Sequence[Built]) -> str:
    """Return the message of a bump of some images, which one build has made."""
    wanted = [Wanted(place.slot, place.image(one.image)) for place, one in zip(places, built, strict=True)]
    bump = Bump(wanted, lambda: built[0].source, built[0].build)
    bump.outcomes = [BumpOutcome(one, Outcome.CHANGED) for one in wanted]
    return bump.message()


def promoted(places: Sequence[Place], built: Sequence[Built], source: str) -> tuple[str, str]:
    """Return the title of a promotion's request, and the message of its commit, which is not sealed yet."""
    target = places[0].environment
    what = f"{places[0].app} {built[0].image.tag}" if len(places) == 1 else f"{len(places)} apps"
    title = f"Promote {what} from {source} to {target}"
    origin = built[0] if len(built) == 1 else None
    released = [
        commit_message.release(place.slot, place.image(one.image)) for place, one in zip(places, built, strict=True)
    ]
    text = commit_message.compose(
        title, released, build=origin.build if origin else None, source=origin.source if origin else None
    )
    return title, f"{text}{deployments.PROMOTED}: {source}\n"


def sealed(text: str, files: dict[str, bytes]) -> str:
    """Return a request's message with the hash of what it holds."""
    return pull_request.sealed(text, files, pull_request.PROMOTED_SEAL)


def rolled_back(place: Place, wanted: Built, held: Pin) -> str:
    """Return the message of a rollback to a build that ran before."""
    former = place.state.image
    nothing = deployments.State(None, None)
    origin = Commit("", (), "", 0, place.origins[wanted.image], {})
    brought = Deployment(
        place.app, place.environment, 0, "", "released", "", "", nothing, nothing, origin, None, None, shallow=False
    )
    target = Target(place.image(wanted.image), place.image(former) if former else None, brought)
    return rollback.message(place.slot, Goal(target, held, held.reason))


def pinned(place: Place, held: Pin | None) -> str:
    """Return the message of a pin of what is there, or of its end."""
    return rollback.message(place.slot, Goal(None, held, held.reason if held else None))


def origin(text: str) -> tuple[str | None, str | None]:
    """Return the build and the commit that a message names."""
    found: Build | None = commit_message.build(text)
    return str(found) if found else None, commit_message.source(text).get("sha")
