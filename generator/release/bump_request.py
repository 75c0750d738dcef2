"""A bump as a pull request, where the branch itself takes no pushes: one open request for the same images."""

from __future__ import annotations

from generator import forges
from generator import remote as remotes
from generator.errors import GitError
from generator.forges import PullRequest
from generator.release import publish
from generator.release.bump import Bump, State
from generator.spec.model import Forge

PREFIX = "bump/"


def propose(url: str, base: str, bump: Bump, *, where: Forge, sign: bool) -> tuple[str | None, PullRequest | None]:
    """The bump on a branch of its own, and the request for it; nothing where there is nothing to change.

    A request that is open for the same images goes on with the newer image;
    an older build does not take its place. ``where`` is what the spec says of
    the forge. Returns the commit and the request.
    """
    head = _head(bump)
    if _superseded(url, head, bump):
        return None, None
    commit = publish.propose(url, base, head, bump.edit, bump.message, paths=bump.paths, sign=sign)
    if commit is None:
        return None, None
    title, _, body = bump.message().partition("\n")
    forge = forges.connect(url, where.kind, where.url)
    return commit, forges.open_or_update(forge, head, base, title, body.strip() + "\n")


def _head(bump: Bump) -> str:
    """A branch for these images, the same with each build."""
    apps = list(dict.fromkeys(one.place.app for one in bump.wanted))
    environments = list(dict.fromkeys(one.place.environment for one in bump.wanted))
    return f"{PREFIX}{'-'.join(environments)}/{'-'.join(apps)}"


def _superseded(url: str, head: str, bump: Bump) -> bool:
    """Whether the open request is of a newer build."""
    try:
        with remotes.connect(url, head) as remote, remote.editing(remote.fetch()) as editing:
            editing.want(bump.paths)
            bump.edit(editing.read)
    except GitError:  # most often: there is none
        return False
    return bool(bump.outcomes) and all(outcome.state is State.SUPERSEDED for outcome in bump.outcomes)
