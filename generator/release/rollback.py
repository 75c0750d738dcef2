"""Put back an image that an environment has had before, and pin it, so that the next build does not undo it."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from generator import yaml_edit
from generator.errors import RepositoryError, UsageError
from generator.release import ledger, pin
from generator.release.image import Slot
from generator.release.image import image as checked
from generator.release.ledger import Entry
from generator.release.past import Past
from generator.release.pin import Pin
from generator.spec.model import UNRELEASED
from generator.spec.types import did_you_mean
from generator.yaml_edit import Image

PREVIOUS: Final = "previous"
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{7,64}")
# How many former tags a hint names.
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Target:
    """The image to go back to, and the one to leave.

    ``entry`` is the release that first brought it here, where history has it. ``done``: the newest change
    was this very rollback.
    """

    image: Image
    former: Image | None
    entry: Entry | None = None
    done: bool = False


def target(past: Past, place: Slot, to: str, digest: str | None) -> Target:
    """What ``to`` means: ``previous``, a tag that ran here, or a commit of the branch.

    History is fetched as deep as it takes. ``RepositoryError`` where it has no
    answer; ``UsageError`` for what can be no tag.
    """
    if digest is not None:
        wanted = checked(place, to, digest)
        known = ledger.entries(past, [place])
        return Target(wanted, _now(known), _brought(known, wanted))
    while True:
        known = ledger.entries(past, [place])
        found = _previous(known) if to == PREVIOUS else _tagged(known, to)
        if found is not None:
            return found
        if not past.deepen():
            break
    if not known:
        raise RepositoryError(f"{place.path}: no history on this branch", "commit and push what was generated")
    if to == PREVIOUS:
        raise RepositoryError(
            f"{place.app} has run nothing but {ledger.shown(_now(known))} in {place.environment}", _cut_off(past)
        )
    return _at_commit(past, place, to, known)


def edited(content: bytes, place: Slot, wanted: Image, held: Pin | None, *, anew: bool) -> bytes:
    """An overlay's bytes with the image, and with the pin unless that is ``None``.

    A pin that already holds this image stays as it is, unless there is a reason to write it ``anew``.
    """
    now = ledger.state(content, place)
    changed = yaml_edit.set_image(content, place.path, wanted)
    if held is None or (now.pin is not None and now.image == wanted and not anew):
        return changed
    return pin.write(changed, place.path, held)


def pinned(by: str, reason: str | None, former: Image | None) -> Pin:
    """A pin of this moment."""
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    words = " ".join((reason or "").split())
    return Pin(since, by, words or f"rolled back from {former.tag if former and former.tag else ledger.shown(former)}")


def message(place: Slot, goal: Target, held: Pin | None) -> str:
    """The commit's message. What was known of the image's build goes with it, for Argo CD to show."""
    tag = goal.image.tag or ledger.shown(goal.image)
    lines = [f"Roll back {place.app} in {place.environment} to {tag}", ""]
    if held is not None:
        lines += [f"Pinned by {held.by}: {held.reason}", ""]
    lines.append(f"{ledger.RELEASED}: {place.app} {place.environment} {ledger.shown(goal.image)}")
    lines.append(f"{ledger.ROLLED_BACK}: {place.app} {place.environment} {ledger.shown(goal.former)}")
    if goal.entry is not None:
        kept = (ledger.BUILT_BY, *(f"Argocd-reference-commit-{name}" for name in _REFERENCE))
        lines += [f"{name}: {value}" for name in kept for value in goal.entry.origin.trailers(name)[:1]]
    return "\n".join(lines) + "\n"


def unpin_message(place: Slot, held: Pin | None) -> str:
    """The commit's message."""
    about = f"Was pinned: {held}\n\n" if held else ""
    return f"Unpin {place.app} in {place.environment}\n\n{about}Unpin: {place.app} {place.environment}\n"


_REFERENCE: Final = ("author", "date", "subject", "body", "sha", "repourl")


def _now(known: Sequence[Entry]) -> Image | None:
    return known[0].after.image if known else None


def _brought(known: Sequence[Entry], wanted: Image) -> Entry | None:
    """The first release of an image."""
    return next((entry for entry in reversed(known) if entry.image_changed and entry.after.image == wanted), None)


def _previous(known: Sequence[Entry]) -> Target | None:
    """The newest image that is another one than now. Where that is what was just left, nothing is left to do."""
    now = _now(known)
    newest = next((entry for entry in known if entry.image_changed), None)
    if newest is not None and newest.action == "rolled back" and now is not None:
        return Target(now, newest.before.image, newest, done=True)
    for entry in known:
        former = entry.after.image
        if former is not None and former != now and former.tag != UNRELEASED:
            return Target(former, now, _brought(known, former))
    return None


def _tagged(known: Sequence[Entry], tag: str) -> Target | None:
    for entry in known:
        former = entry.after.image
        if former is not None and former.tag == tag:
            return Target(former, _now(known), _brought(known, former))
    return None


def _at_commit(past: Past, place: Slot, to: str, known: Sequence[Entry]) -> Target:
    commit = past.find(to)
    if commit is not None:
        found = ledger.state(past.read(commit, place.path), place).image
        if found is None:
            raise RepositoryError(f"{to}: {place.path} has no image there", "name a commit at which it had one")
        return Target(found, _now(known), _brought(known, found))
    tags = list(dict.fromkeys(e.after.image.tag for e in known if e.after.image and e.after.image.tag))
    tags = [tag for tag in tags if tag != UNRELEASED]
    if _HEXADECIMAL.fullmatch(to):
        message = f"{to}: neither a tag that {place.app} has had in {place.environment}, nor a commit of the branch"
    else:
        checked(place, to, None)
        message = f"{to}: {place.app} has never had this tag in {place.environment}"
    near = did_you_mean(to, tags, f"it has had {', '.join(tags[:_NAMED]) or 'none'}")
    raise RepositoryError(message, f"{near}; any other image needs its --digest")


def _cut_off(past: Past) -> str:
    return "release another build first" if past.complete else "this checkout is shallow: git fetch --unshallow"


def impossible(to: str | None, digest: str | None, unpin: bool) -> str | None:
    """What is wrong with these options together."""
    if unpin and (to or digest):
        return "--unpin changes no image: leave --to and --digest out"
    if digest and to in (None, PREVIOUS):
        return "--digest goes with --to TAG"
    return None


def refuse(problem: str | None) -> None:
    """``UsageError`` for a problem."""
    if problem:
        raise UsageError(problem)
