"""Restore an earlier image of an environment, and pin it, so that the next build does not undo the rollback."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.clients import forges
from generator.delivery import (
    branches,
    build_order,
    overlay_state,
    pin,
    pin_notice,
    pull_request,
    requester,
)
from generator.delivery import commit_message as messages
from generator.delivery import push as delivery_push
from generator.delivery.image import absent
from generator.delivery.pin import Pin
from generator.delivery.pull_request import Wanted
from generator.errors import GitError, Moved, RepositoryError
from generator.files import work_tree
from generator.git import checkout, plumbing
from generator.git import history as histories
from generator.spec import subject
from generator.yaml.kustomization import Kustomization

if TYPE_CHECKING:
    from generator.clients.forges import Forge
    from generator.delivery.change import Edit, Read
    from generator.delivery.image import Slot
    from generator.delivery.rollback_target import Target
    from generator.git.history import Clone
    from generator.yaml.kustomization import Image

PINNED: Final = "Pin"
UNPINNED: Final = "Unpin"


class Proposed(NamedTuple):
    """A rollback on a branch of its own: its commit, its request's URL, and whether this run has changed the branch."""

    commit: str | None
    url: str | None
    changed: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """Goal of a rollback: an image to restore and pin. Without it, pin the present image, or remove the pin.

    ``form`` is the format of the commit's subject, ``notice`` the file of the Application that shows pins, if there
    is one. ``by`` is the user on whose behalf it is made, ``seen`` the image that the user has looked at.
    """

    target: Target | None
    held: Pin | None
    reason: str | None
    form: str = subject.AS_IT_IS
    notice: str = ""
    by: str | None = None
    seen: str | None = None

    @property
    def wanted(self) -> Image | None:
        """Return the image to go back to."""
        return self.target.image if self.target else None

    @property
    def former(self) -> Image | None:
        """Return the image to leave."""
        return self.target.former if self.target else None

    @property
    def settled(self) -> bool:
        """Tell whether this rollback was made before, so that nothing may change."""
        return self.target is not None and self.target.done

    @property
    def stays(self) -> bool:
        """Tell whether the image is the right one already, so that only the pin is to change."""
        return self.target is not None and self.target.image == self.target.former


def in_work_tree(directory: Path, place: Slot, goal: Goal, *, commit: bool) -> tuple[bool, str | None]:
    """Change the overlay here, and commit it if requested; return whether anything changed, and the commit."""
    with work_tree.locked(directory):
        content = work_tree.read(directory, [place.path]).get(place.path)
        if commit:
            _require_clean(directory, content, place, goal)
        after = _edited(content, place, goal)
        shown = _shown_here(directory, goal, after, place)
        if after != content or shown:
            work_tree.write(directory, {**({place.path: after} if after != content else {}), **shown})
    paths = [place.path, *shown]
    if commit and any(checkout.changed(directory, path) for path in paths):
        return True, checkout.commit(directory, message(place, goal), paths)
    return after != content, None


def _shown_here(directory: Path, goal: Goal, overlay: bytes, place: Slot) -> Mapping[str, bytes]:
    """Return the Application with its notice, unless it has edits of the user's own that are not committed."""
    if not goal.notice or checkout.changed(directory, goal.notice):
        return {}
    return pin_notice.edits(goal.notice, lambda path: work_tree.read(directory, [path]).get(path), overlay, place)


def would_change(content: bytes | None, place: Slot, goal: Goal) -> bool:
    """Tell whether an overlay with these bytes would change."""
    return _edited(content, place, goal) != content


def push(url: str, branch: str, place: Slot, goal: Goal) -> str | None:
    """Push it to the remote's branch; return the commit, or ``None`` if there was nothing to change."""
    author = requester.author(goal.by)
    return delivery_push.publish(url, branch, _edit(place, goal), message(place, goal), author=author).commit


def propose(forge: Forge, url: str, branch: str, place: Slot, goal: Goal) -> Proposed:
    """Push it to a branch of its own, and open or update its pull request.

    Raises:
        RepositoryError: That branch has commits of reviewers, which must not be lost.
    """
    head = f"{branches.ROLLBACKS}{place.environment}/{place.app}"
    text = message(place, goal)
    hint = f"merge its request first, or give them up: git push origin --delete {head}"
    with histories.clone(url, branch) as clone:
        clone.fetch(branches.folder(head))
        wanted = Wanted(
            head, _edit(place, goal), lambda: text, "rollback", hint,
            expected=lambda tip: _expected(clone, tip, place, goal), author=requester.author(goal.by),
        )  # fmt: skip
        commit, changed = pull_request.publish(clone, wanted)
    if commit is None:
        return Proposed(None, None, changed=False)
    title, _, body = text.partition("\n\n")
    return Proposed(commit, forges.open_or_update(forge, head, branch, title, body).url, changed=changed)


def person(directory: Path) -> str:
    """Return the user, by git's configuration."""
    try:
        said = plumbing.begin("var", "GIT_COMMITTER_IDENT", directory=directory).result().decode(errors="replace")
    except GitError:
        return "gitops-generator"
    return said.partition("<")[0].strip() or "gitops-generator"


def _expected(clone: Clone, tip: str, place: Slot, goal: Goal) -> Mapping[str, bytes | None]:
    """Return what the base would become, had it been proposed when the branch's commit was: a pin tells its time."""
    before, after = clone.read(clone.tip, place.path), clone.read(tip, place.path)
    if before is None or after is None:
        return {}
    wanted = _edited(before, place, _since(goal, after, place))
    shown = pin_notice.edits(goal.notice, lambda path: clone.read(clone.tip, path), wanted, place)
    return {place.path: wanted, **shown}


def _since(goal: Goal, content: bytes, place: Slot) -> Goal:
    """Return the goal with the pin's time as a file has it."""
    there = pin.read(content, place.path)
    return replace(goal, held=goal.held._replace(since=there.since)) if goal.held and there else goal


def _require_clean(directory: Path, content: bytes | None, place: Slot, goal: Goal) -> None:
    """Raise where an edit of the user would be committed along; what a former run left may be."""
    if content is None or not checkout.changed(directory, place.path):
        return
    committed = checkout.content(directory, "HEAD", place.path)
    rests = [_rest(one, place, goal) for one in (content, committed) if one is not None]
    if committed is None or not checkout.is_stored_as(directory, place.path, *rests):
        raise RepositoryError(
            f"{place.path} has edits that are not committed; nothing was done",
            f"commit or stash them: git stash push -- {place.path}; or leave --commit out",
        )


def _rest(content: bytes, place: Slot, goal: Goal) -> bytes:
    """Return an overlay's bytes but for what a rollback writes."""
    overlay = Kustomization(content, place.path)
    pin.put(overlay, None)
    if goal.wanted is not None:
        overlay.set_image(goal.wanted)
        overlay.annotate(build_order.ANNOTATION, None)
    return overlay.result()


def _edit(place: Slot, goal: Goal) -> Edit:
    def edit(read: Read) -> Mapping[str, bytes]:
        content = read(place.path)
        after = _edited(content, place, goal)
        shown = pin_notice.edits(goal.notice, read, after, place)
        return {**({} if after == content else {place.path: after}), **shown}

    return edit


def _edited(content: bytes | None, place: Slot, goal: Goal) -> bytes:
    """Return an overlay as it should be. A pin that holds this image already stays, unless a reason is given."""
    if content is None:
        raise absent(place)
    now = overlay_state.state(content, place)
    if goal.seen not in (None, overlay_state.shown(now.image)):
        what = f"{place.app} in {place.environment} has {overlay_state.shown(now.image)}, and not {goal.seen}"
        raise Moved(f"{what}; nothing was done", "look at it again")
    if goal.wanted is None:
        is_held = goal.held is not None and now.pin is not None and now.pin.reason == goal.held.reason
        return content if is_held else pin.write(content, place.path, goal.held)
    overlay = Kustomization(content, place.path)
    overlay.set_image(goal.wanted)
    if goal.target is not None and now.image != goal.wanted:
        # Else whoever bumps or promotes next would compare with the build that has just been taken out.
        overlay.annotate(build_order.ANNOTATION, goal.target.built)
    if not (goal.held is not None and now.pin is not None and now.image == goal.wanted and goal.reason is None):
        pin.put(overlay, goal.held)
    return overlay.result()


def pinned(by: str, reason: str | None, found: Target | None) -> Pin:
    """Return a pin of this moment."""
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    words = " ".join((reason or "").split())
    if found is None or found.image == found.former:
        return Pin(since, by, words or "held where it is")
    former = found.former
    return Pin(
        since, by, words or f"rolled back from {former.tag if former and former.tag else overlay_state.shown(former)}"
    )


def message(place: Slot, goal: Goal) -> str:
    """Return the commit's message, with the trailers of the image's build, which Argo CD shows."""
    return requester.added(_message(place, goal), goal.by)


def _message(place: Slot, goal: Goal) -> str:
    where = f"{place.app} in {place.environment}"
    if goal.target is None and goal.held is not None:
        first = subject.formed(goal.form, f"Pin {where}")
        return f"{first}\n\nPinned: {messages.inert(goal.held.reason)}\n\n{PINNED}: {place.app} {place.environment}\n"
    if goal.target is None or (goal.stays and goal.held is None):
        return f"{subject.formed(goal.form, f'Unpin {where}')}\n\n{UNPINNED}: {place.app} {place.environment}\n"
    wanted, former = goal.target.image, goal.target.former
    origin = goal.target.entry.origin.message if goal.target.entry else ""
    name = wanted.tag or overlay_state.shown(wanted)
    pinned = f"Pinned: {goal.held.reason}" if goal.held else ""
    text = messages.compose(
        f"Pin {where} to {name}" if goal.stays else f"Roll back {where} to {name}",
        [messages.release(place, wanted)],
        body=pinned if goal.stays else f"From {overlay_state.shown(former)}. {pinned}".rstrip(),
        build=messages.build(origin),
        source=messages.source(origin),
        form=goal.form,
    )
    return f"{text}{messages.ROLLED_BACK}: {place.app} {place.environment} {overlay_state.shown(former)}\n"
