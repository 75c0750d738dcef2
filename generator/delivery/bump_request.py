"""A bump as a pull request, where the branch itself takes no pushes: one open request for the same images."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from generator.clients import forges
from generator.clients.forges import PullRequest
from generator.delivery import branch_owners, deployments, push
from generator.delivery.bump import Bump, State
from generator.errors import RepositoryError, SpecError
from generator.git import history
from generator.git.history import Clone, Commit
from generator.spec.model import Forge

PREFIX: Final = "bump/"
LONGEST: Final = 120


def propose(url: str, base: str, bump: Bump, *, where: Forge, sign: bool) -> tuple[str | None, PullRequest | None]:
    """The bump on a branch of its own, and the request for it; nothing where there is nothing to change.

    A request that is open for the same images goes on with the newer image;
    an older build does not take its place. ``where`` is what the spec says of
    the forge. Returns the commit and the request. ``RepositoryError`` where a
    person has committed to that branch.
    """
    head = _head(bump)
    forge = forges.connect(url, where.kind, where.url)
    is_open = bool(forge.requests(base, head, exact=True))
    with history.clone(url, base) as clone:
        clone.fetch(f"{head.rpartition('/')[0]}/")
        tip = clone.branches.get(head)
        own = clone.beyond(head)
        if not bump.force:
            theirs = [commit for commit in own if len(commit.parents) < 2 and not commit.trailers(deployments.RELEASED)]
            hint = "merge its request first, or close it and delete the branch, or --force to replace them"
            branch_owners.require_none(theirs, head, "`bump` has not made", hint)
        # What is left of a request that was closed holds up nobody.
        if tip and is_open and _superseded(clone, tip, bump):
            return None, None
        files = bump.edit(lambda path: clone.read(clone.tip, path))
        held = tip if tip and _holds(clone, tip, own, files) else None
    commit = held or push.propose(url, base, head, bump.edit, bump.message, paths=bump.paths, sign=sign, seen=tip or "")
    if commit is None:
        return None, None
    title, _, body = bump.message().partition("\n")
    return commit, forges.open_or_update(forge, head, base, title, body.strip() + "\n")


def _head(bump: Bump) -> str:
    """A branch for these images, the same with each build."""
    environments = {one.place.environment for one in bump.wanted}
    return f"{PREFIX}{_joined(environments)}/{_joined({one.place.app for one in bump.wanted})}"


def _joined(names: Collection[str]) -> str:
    """One word for a set of names, in none of which there is a ``_``."""
    text = "_".join(sorted(names))
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 20]}_{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"


def _superseded(clone: Clone, tip: str, bump: Bump) -> bool:
    """Whether the request is of a newer build. Then all of this one is held, whatever else it would set."""
    try:
        bump.edit(lambda path: clone.read(tip, path))
    except (RepositoryError, SpecError):  # its overlays are gone or broken, so they hold up nobody
        return False
    why = next((outcome.why for outcome in bump.outcomes if outcome.state is State.SUPERSEDED), None)
    if why is None:
        return False
    bump.outcomes = [
        outcome._replace(state=State.SUPERSEDED, why=why) if outcome.state is State.CHANGED else outcome
        for outcome in bump.outcomes
    ]
    return True


def _holds(clone: Clone, tip: str, own: Sequence[Commit], files: Mapping[str, bytes]) -> bool:
    """Whether the branch is one commit with just these files, which are below it as the base has them now.

    Then it is left alone, since a push would take approvals away.
    """
    if len(own) != 1 or not own[0].parents or own[0].blobs.keys() != files.keys():
        return False
    parent = own[0].parents[0]
    return all(
        clone.read(tip, path) == content and clone.read(parent, path) == clone.read(clone.tip, path)
        for path, content in files.items()
    )
