"""Find the image to restore: the previous one, an earlier tag, or the one at a commit."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.delivery import build_order, deployments, overlay_state
from generator.delivery.image import image as checked
from generator.errors import RepositoryError
from generator.spec.findings import did_you_mean
from generator.spec.image_reference import UNRELEASED
from generator.yaml.kustomization import Kustomization

if TYPE_CHECKING:
    from generator.delivery.deployments import Deployment
    from generator.delivery.image import Slot
    from generator.git.history import History
    from generator.yaml.kustomization import Image

PREVIOUS: Final = "previous"
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{7,64}")
# How many former tags a hint names.
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Target:
    """The image to restore, and the one to replace.

    ``entry`` is the release that first brought it here, if history has it; ``built`` is the build order in the
    overlay at that time. ``done``: the newest change was this very rollback. ``pinned``: the branch has a pin now.
    ``older``: it certainly came here before the image that it replaces. ``bases`` are the promotions of bases since
    it last ran here; these bases stay. The newest comes first.
    """

    image: Image
    former: Image | None
    entry: Deployment | None = None
    built: str | None = None
    done: bool = False
    pinned: bool = False
    older: bool = False
    bases: tuple[Deployment, ...] = ()


def target(history: History, place: Slot, to: str, digest: str | None) -> Target:
    """Return the target of ``to``: ``previous``, a tag that ran here, or a commit of the branch.

    As much history is fetched as necessary. ``RepositoryError`` if history has no answer; ``UsageError`` for an
    invalid tag.
    """
    if digest is not None:
        return _target(history, place, deployments.entries(history, [place]), checked(place, to, digest))
    while True:
        known = deployments.entries(history, [place])
        if to == PREVIOUS and (done := _done(known)) is not None:
            return done
        wanted = _previous(known) if to == PREVIOUS else _tagged(known, to)
        if wanted is not None:
            return _target(history, place, known, _required(place, wanted, to))
        if not history.deepen():
            break
    if not known:
        raise RepositoryError(f"{place.path}: no history on this branch", "commit and push what was generated")
    if to == PREVIOUS:
        raise RepositoryError(
            f"{place.app} has run nothing but {overlay_state.shown(_now(known))} in {place.environment}",
            _cut_off(history),
        )
    return _at_commit(history, place, to, known)


def _now(known: Sequence[Deployment]) -> Image | None:
    return known[0].after.image if known else None


def _brought(known: Sequence[Deployment], wanted: Image) -> Deployment | None:
    """Return the first release of an image."""
    return next((entry for entry in reversed(known) if entry.image_changed and entry.after.image == wanted), None)


def _done(known: Sequence[Deployment]) -> Target | None:
    """Return a target that is reached, after a rollback: to go on would put back what was just left."""
    now = _now(known)
    newest = next((entry for entry in known if entry.image_changed), None)
    if newest is None or newest.action != "rolled back" or now is None:
        return None
    return Target(now, newest.before.image, newest, done=True, pinned=known[0].after.pin is not None)


def _previous(known: Sequence[Deployment]) -> Image | None:
    """Return the newest image that is another one than now."""
    now = _now(known)
    formers = (entry.after.image for entry in known)
    return next((one for one in formers if one is not None and one != now and _released(one)), None)


def _tagged(known: Sequence[Deployment], tag: str) -> Image | None:
    formers = (entry.after.image for entry in known)
    return next((one for one in formers if one is not None and one.tag == tag), None)


def _released(one: Image) -> bool:
    """Tell whether any build has made it: what is generated names an image that there is not."""
    return one.tag not in (None, UNRELEASED) or one.digest is not None


def _required(place: Slot, wanted: Image, to: str) -> Image:
    if _released(wanted):
        return wanted
    raise RepositoryError(
        f"{to}: nothing had been released to {place.environment} there, so that is no image of {place.app} to run",
        f"name a tag that it has had: python -m generator history {place.app} --env {place.environment}",
    )


def _target(
    history: History, place: Slot, known: Sequence[Deployment], wanted: Image, commit: str | None = None
) -> Target:
    """Describe an image to go back to, as it was at ``commit``, or when it came here first."""
    now, entry = _now(known), _brought(known, wanted)
    former = _brought(known, now) if now else None
    at = commit or (entry.commit if entry else None)
    content = history.read(at, place.path) if at else None
    return Target(
        image=wanted,
        former=now,
        entry=entry,
        built=Kustomization(content, place.path).annotations.get(build_order.ANNOTATION) if content else None,
        pinned=bool(known and known[0].after.pin is not None),
        older=bool(entry and former and known.index(entry) > known.index(former)),
        bases=tuple(entry for entry in itertools.takewhile(lambda e: e.after.image != wanted, known) if entry.base),
    )


def _at_commit(history: History, place: Slot, to: str, known: Sequence[Deployment]) -> Target:
    commit = history.find(to)
    if commit is not None:
        found = overlay_state.state(history.read(commit, place.path), place).image
        if found is None:
            raise RepositoryError(f"{to}: {place.path} has no image there", "name a commit at which it had one")
        return _target(history, place, known, _required(place, found, to), commit)
    tags = list(dict.fromkeys(e.after.image.tag for e in known if e.after.image and e.after.image.tag))
    tags = [tag for tag in tags if tag != UNRELEASED]
    if _HEXADECIMAL.fullmatch(to):
        message = f"{to}: neither a tag that {place.app} has had in {place.environment}, nor a commit of the branch"
    else:
        checked(place, to, None)
        message = f"{to}: {place.app} has never had this tag in {place.environment}"
    near = did_you_mean(to, tags, f"it has had {', '.join(tags[:_NAMED]) or 'none'}")
    raise RepositoryError(message, f"{near}; any other image needs its --digest")


def _cut_off(history: History) -> str:
    return "release another build first" if history.complete else "this checkout is shallow: git fetch --unshallow"
