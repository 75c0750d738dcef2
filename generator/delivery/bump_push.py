"""Push a bump to the remote's branch, or open a pull request if the branch accepts no pushes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from generator.delivery import image as images
from generator.delivery import push
from generator.delivery.bump import NoOverlay
from generator.errors import GitError, PushRefused, RepositoryError
from generator.spec.layout import overlays_path

if TYPE_CHECKING:
    from generator.delivery.bump import Bump
    from generator.delivery.push import Published
    from generator.git.remote_branch import Remote
    from generator.spec.model import Spec

_GUARDED = (
    "let it open a pull request: --pull-request (`ci: {pullRequest: true}` in the spec);"
    " or let it push: protection --pusher WHO"
)


class Landed(NamedTuple):
    """The commit of a bump, and the URL of the pull request where it took one."""

    commit: str | None
    pull_request: str | None = None


def land(
    remote: Remote, bump: Bump, spec: Spec | None, *, named: str | None, proposes: bool = False, sign: bool = False
) -> Landed:
    """Push a bump. Where the branch is protected, open or update its pull request if it `proposes`.

    `named` is the branch if it is the user who has named it, for the hint where there is none.
    """
    try:
        return Landed(_pushed(remote, bump, sign=sign).commit)
    except GitError as exc:
        from generator.delivery import push_errors

        guarded = isinstance(exc, PushRefused) and push_errors.guarded(exc)
        if not (guarded and proposes):
            exc.hint = (_GUARDED if guarded else _absent(exc, spec, named)) or exc.hint
            raise
    from generator.delivery import bump_request
    from generator.spec.forge_kinds import Forge

    where = spec.forge if spec else Forge()
    commit, request = bump_request.propose(remote.url, remote.branch, bump, where=where, sign=sign)
    return Landed(commit, request.url if request else None)


def _pushed(remote: Remote, bump: Bump, *, sign: bool = False) -> Published:
    """Splice the images into the overlays at the branch's tip, and push."""
    try:
        return push.land(remote, bump.change(sign=sign))
    except NoOverlay as exc:
        raise _explained(exc, remote) from exc


def _explained(exc: NoOverlay, remote: Remote) -> RepositoryError:
    """Tell an app whose overlay is not on the branch yet from one whose name is wrong."""
    place = exc.place
    beside = remote.folders(overlays_path(place.environment))
    if not place.image:  # without a spec, the name may be wrong
        known = (place.app, tuple(beside)) if beside else (place.environment, tuple(remote.folders(overlays_path())))
        return RepositoryError(exc.message, images.nearest(*known) or exc.hint)
    if place.app in beside:  # its kustomization may have another name
        return exc
    return RepositoryError(
        f"{place.app} in {place.environment} is not on {remote.branch} of the remote yet: {exc.message} there",
        "commit what was generated (python -m generator), push it, and run this again",
    )


def foresee(remote: Remote, bump: Bump) -> None:
    """Find out what a bump would change at the branch's tip; nothing is pushed."""
    with remote.editing(remote.fetch()) as editing:
        editing.want(bump.paths)
        try:
            bump.edit(editing.read)
        except NoOverlay as exc:
            raise _explained(exc, remote) from exc


def _absent(exc: GitError, spec: Spec | None, named: str | None) -> str:
    """Return a hint where the branch is not there, by where its name is from."""
    if "couldn't find remote ref" not in exc.stderr:
        return ""
    if named:
        return "check --branch, or push that branch once"
    return "" if spec else "name the branch: --branch"
