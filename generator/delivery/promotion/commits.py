"""Find since when an environment has an image, and which commits lie between two images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.delivery import commit_message, image, overlay_state
from generator.delivery.promotion.moves import LISTED, LOOKED_THROUGH, Between, Release
from generator.spec import forge_kinds

if TYPE_CHECKING:
    from generator.delivery.image import Slot
    from generator.delivery.promotion.moves import Move
    from generator.git.history import Commit, History
    from generator.spec.model import Spec
    from generator.yaml.kustomization import Image

_SHA: Final = re.compile(r"[0-9a-f]{7,64}")


def releases(clone: History, place: Slot) -> Iterator[Release]:
    """Yield the images that an environment has had, the newest first, each with the commit that put it there."""
    last: Release | None = None
    commits = clone.log(clone.tip, [place.path], first_parent=True, limit=LOOKED_THROUGH)
    contents = clone.contents(commit.blobs.get(place.path) for commit in commits)
    for commit in commits:
        blob = commit.blobs.get(place.path)
        found = overlay_state.state(contents[blob] if blob else None, place).image
        if found is None:
            continue
        now = Release(_pair(found), commit, not commit.shallow)
        if last is not None and last.image != now.image:
            yield last
        last = now
    if last is not None:
        yield last


def since(clone: History, place: Slot) -> Release | None:
    """Return since when the environment has the image that it has now."""
    return next(releases(clone, place), None)


def older(clone: History, spec: Spec, move: Move) -> str | None:
    """Return why a move would be a step back: some environment had the target's image after it had this one first.

    The source, the target and all environments before it are searched: a hotfix may have skipped any of them.
    """
    wanted, there = _pair(move.after), _pair(move.before)
    order = list(spec.environments)
    asked = dict.fromkeys([move.source.environment, *order[order.index(move.target.environment) :: -1]])
    for environment in asked:
        place = image.slot(spec, move.app, environment)
        first: dict[tuple[str | None, str | None], int] = {}
        for position, release in enumerate(releases(clone, place)):
            first[release.image] = position  # the greatest is the oldest
        if there in first and first.get(wanted, 0) > first[there]:
            before, after = move.names
            where = "" if environment == move.source.environment else f", and {environment} had it before that"
            return f"{after} is older than {before}, which {move.target.environment} has{where}"
    return None


def between(clone: History, spec: Spec, move: Move) -> Between:
    """Return the commits between the two images of a move, as far as the history of releases has them.

    For a step back, these are the commits that are lost.
    """
    if move.first:
        return Between(move.app, reason="the first release here")
    after, before = (_reference(clone, spec, move.app, _pair(found)) for found in (move.after, move.before))
    if after is None or before is None:
        which = move.names[after is None]
        return Between(move.app, reason=f"the commit that {which} was built from is not known", gone=bool(move.back))
    (new, repository), (old, _) = (before, after) if move.back else (after, before)
    build = spec.apps[move.app].build
    if build is not None and clone.has(new) and clone.has(old):
        found = clone.log(f"{old}..{new}", build.folders, limit=LISTED + 1)
        listed = tuple((commit.id, commit.subject) for commit in found[:LISTED])
        more = len(found) > LISTED
        return Between(move.app, listed, _link(repository, old, new), more=more, gone=bool(move.back))
    link = _link(repository, old, new)
    reason = "" if link else f"from {old[:12]} to {new[:12]} in {repository}"
    return Between(move.app, link=link, reason=reason, gone=bool(move.back))


def released(clone: History, spec: Spec, move: Move) -> Commit | None:
    """Return the commit that released a promoted image first, with what it was built from."""
    return _released(clone, spec, move.app, _pair(move.after))


def _pair(found: Image) -> tuple[str | None, str | None]:
    """Return what tells an image from others: its digest, or its tag where it has none."""
    return (None, found.digest) if found.digest else (found.tag, None)


def _released(clone: History, spec: Spec, app: str, wanted: tuple[str | None, str | None]) -> Commit | None:
    """Return the commit that released an image first: the build's own, in the earliest environment that has had it."""
    for environment in spec.environments:
        place = image.slot(spec, app, environment)
        for release in releases(clone, place):
            if release.image == wanted:
                found = (one for one in _made_by(clone, release, place) if "sha" in commit_message.source(one.message))
                if one := next(found, None):
                    return one
                break
    return None


def _made_by(clone: History, release: Release, place: Slot) -> list[Commit]:
    """Return the commit that released an image, and those that it merged."""
    commit = release.commit
    if len(commit.parents) < 2:
        return [commit]
    return [commit, *clone.log(f"{commit.parents[0]}..{commit.id}", [place.path])]


def _reference(clone: History, spec: Spec, app: str, wanted: tuple[str | None, str | None]) -> tuple[str, str] | None:
    """Return the commit that an image was built from, and its repository."""
    release = _released(clone, spec, app, wanted)
    about = commit_message.source(release.message) if release else {}
    sha = about.get("sha", "")
    return (sha, about.get("repourl") or spec.repository) if _SHA.fullmatch(sha) else None


def _link(repository: str, old: str, new: str) -> str:
    """Return a page that compares two commits, where the repository's URL leads to a forge with such pages."""
    page = forge_kinds.page(repository)
    compare = forge_kinds.find(page).compare.format(old=old, new=new)
    return f"{page}{compare}" if page and compare else ""
