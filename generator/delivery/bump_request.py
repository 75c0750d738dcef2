"""Propose a bump as a pull request if the branch accepts no pushes; the same images share one open request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.clients import forges
from generator.delivery import branches, pull_request
from generator.delivery.bump import State
from generator.delivery.pull_request import Wanted
from generator.errors import RepositoryError, SpecError
from generator.git import history
from generator.spec.forge_kinds import Forge

if TYPE_CHECKING:
    from generator.clients.forges import PullRequest
    from generator.delivery.bump import Bump
    from generator.git.history import Clone

_HINT = "merge its request first, or close it and delete the branch, or --force to replace them"


def propose(url: str, base: str, bump: Bump, *, where: Forge, sign: bool) -> tuple[str | None, PullRequest | None]:
    """Push the bump to a branch of its own, and open or update its request.

    An open request for the same images gets the newer image; an older build does not replace it.

    Args:
        url: The remote.
        base: The branch to merge into.
        bump: The images to set.
        where: What the spec says of the forge.
        sign: Sign the commit.

    Returns:
        The commit and the request; None of both where there is nothing to change.

    Raises:
        RepositoryError: A reviewer has committed to that branch.
    """
    head = _head(bump)
    forge = forges.connect(url, where.kind, where.url)
    # What is left of a request that was closed holds up no build.
    is_open = bool(forge.requests(base, head, exact=True))
    with history.clone(url, base) as clone:
        wanted = Wanted(
            head, bump.edit, bump.message, "bump", _HINT, paths=bump.paths, sign=sign,
            # Another build of the same images is no reason to push again: approvals would be lost.
            same_message=False,
            superseded=lambda tip: is_open and _superseded(clone, tip, bump),
        )  # fmt: skip
        clone.fetch(branches.folder(head))
        commit, _ = pull_request.publish(clone, wanted, force=bump.force)
    if commit is None:
        return None, None
    title, _, body = bump.message().partition("\n")
    return commit, forges.open_or_update(forge, head, base, title, body.strip() + "\n")


def _head(bump: Bump) -> str:
    """Return a branch for these images, the same with each build."""
    environments = branches.word({one.place.environment for one in bump.wanted})
    return f"{branches.BUMPS}{environments}/{branches.word({one.place.app for one in bump.wanted})}"


def _superseded(clone: Clone, tip: str, bump: Bump) -> bool:
    """Tell whether the request is of a newer build. Then all of this one is held, whatever else it would set."""
    try:
        bump.edit(lambda path: clone.read(tip, path))
    except (RepositoryError, SpecError):  # its overlays are gone or broken, so they hold up no build
        return False
    why = next((outcome.why for outcome in bump.outcomes if outcome.state is State.SUPERSEDED), None)
    if why is None:
        return False
    bump.outcomes = [
        outcome._replace(state=State.SUPERSEDED, why=why) if outcome.state is State.CHANGED else outcome
        for outcome in bump.outcomes
    ]
    return True
