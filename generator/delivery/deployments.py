"""Read which image each environment has had: every commit that changed a tag, a digest or a pin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from generator.delivery import image, pin
from generator.delivery.image import Slot
from generator.delivery.pin import Pin
from generator.errors import RepositoryError, SpecError
from generator.git.history import Commit, History
from generator.spec import promoted
from generator.yaml.kustomization import Image

RELEASED: Final = "Release"
ROLLED_BACK: Final = "Rollback"
# What every promotion's commit says, however it came to the branch; the environment that it came from.
PROMOTED: Final = "Promoted-from"
BUILT_BY: Final = "Build"
SOURCE: Final = "Argocd-reference-commit-sha"

Action = Literal[
    "generated", "released", "promoted", "rolled back", "edited", "pinned", "unpinned", "removed", "unknown"
]


@dataclass(frozen=True, slots=True)
class State:
    """An app's image in an overlay."""

    image: Image | None
    pin: Pin | None


@dataclass(frozen=True, slots=True)
class Deployment:
    """One change of one overlay. ``seconds`` since the epoch. ``author`` is whose commit the branch got.

    ``origin`` is the commit that made the change: another one where that was merged. ``build`` is what its
    ``Build:`` trailer says, ``source`` the commit that was built. ``shallow``: older commits are not at hand,
    so the image is of this commit or of an older one. ``base``: it promoted the base, too, or alone.
    """

    app: str
    environment: str
    seconds: int
    author: str
    action: Action
    commit: str
    subject: str
    before: State
    after: State
    origin: Commit
    build: str | None
    source: str | None
    shallow: bool
    base: bool = False

    @property
    def image_changed(self) -> bool:
        """Tell whether it is more than a pin."""
        return self.before.image != self.after.image


def entries(history: History, places: Sequence[Slot], since: str | None = None) -> list[Deployment]:
    """List the changes of these slots, the newest first; with ``since`` those that this former tip did not have.

    Raises ``RepositoryError`` where ``since`` is not in the history of the tip, as after a forced push.
    """
    revisions, former = history.tip, None
    if since is not None:
        if not history.is_ancestor(since, history.tip):
            raise RepositoryError(f"{since[:12]} is not in the history of {history.tip[:12]}", "read all of it again")
        revisions, former = f"{since}..{history.tip}", history.first_parent_before(since)
    by_path = {place.path: place for place in places}
    bases = {place.path: promoted.path(place.environment, place.app) for place in places}
    paths = [*by_path, *bases.values()]
    commits = history.log(revisions, paths, first_parent=True)
    contents = history.contents(blob for commit in commits for path, blob in commit.blobs.items() if path in by_path)
    origins = _origins(history, revisions, commits, paths)
    states = {path: state(history.read(former, path) if former else None, place) for path, place in by_path.items()}
    found: list[Deployment] = []
    for commit in reversed(commits):
        for path, place in by_path.items():
            before = states[path]
            if path in commit.blobs:
                blob = commit.blobs[path]
                states[path] = state(contents[blob] if blob else None, place)
            came = _origin(history, origins, commit, bases[path])
            base = came is not None and bool(came.trailers(PROMOTED))
            if before != states[path] or base:
                origin = (_origin(history, origins, commit, path) if before != states[path] else came) or commit
                found.append(_entry(place, commit, origin, before, states[path], base=base))
    return found[::-1]


Origins = Mapping[tuple[str, str | None], Sequence[Commit]]
"""For a path and a blob, the commits that wrote the file so, the newest first."""


def _origin(history: History, origins: Origins, commit: Commit, path: str) -> Commit | None:
    """Return the commit that wrote a file as this one has it; ``None`` where this one leaves it alone."""
    if path not in commit.blobs:
        return None
    found = origins.get((path, commit.blobs[path]), ()) if len(commit.parents) > 1 else ()
    if len(found) > 1:  # a later one has written the same again, as a rollback does
        return next((one for one in found if history.is_ancestor(one.id, commit.id)), commit)
    return found[0] if found else commit


def state(content: bytes | None, place: Slot) -> State:
    """Return what an overlay's bytes say; nothing where there is none, or none that can be read."""
    if content is None:
        return State(None, None)
    try:
        return State(image.in_content(content, place), pin.read(content, place.path))
    except SpecError:
        return State(None, None)


def shown(one: Image | None) -> str:
    """Return an image as a trailer names it: ``TAG@DIGEST``, either of them alone, or a hyphen."""
    parts = (one.tag, one.digest) if one else ()
    return "@".join(part for part in parts if part) or "-"


def _origins(history: History, revisions: str, commits: Iterable[Commit], paths: Sequence[str]) -> Origins:
    """Find the commits that wrote what came by merges."""
    found: dict[tuple[str, str | None], list[Commit]] = {}
    if any(len(commit.parents) > 1 for commit in commits):
        for commit in history.log(revisions, paths):
            for item in commit.blobs.items():
                found.setdefault(item, []).append(commit)
    return found


def _entry(place: Slot, commit: Commit, origin: Commit, before: State, after: State, *, base: bool) -> Deployment:
    return Deployment(
        app=place.app,
        environment=place.environment,
        seconds=commit.seconds,
        author=commit.author,
        action=_action(place, commit, origin, before, after),
        commit=commit.id,
        subject=commit.subject,
        before=before,
        after=after,
        origin=origin,
        build=next(iter(origin.trailers(BUILT_BY)), None),
        source=next(iter(origin.trailers(SOURCE)), None),
        shallow=commit.shallow,
        base=base and not commit.shallow,
    )


def _action(place: Slot, commit: Commit, origin: Commit, before: State, after: State) -> Action:
    if commit.shallow:
        return "unknown"
    if before == after:
        return "promoted"
    if after.image is None:
        return "removed"
    if before.image == after.image:
        return "pinned" if after.pin else "unpinned"
    if before.image is None:
        return "generated"
    if _back(place, commit, origin, before, after):
        return "rolled back"
    if any(one.trailers(PROMOTED) for one in (commit, origin)):
        return "promoted"
    return "released" if _names(origin, RELEASED, place) else "edited"


def _back(place: Slot, commit: Commit, origin: Commit, before: State, after: State) -> bool:
    """Tell whether it went back: by our own word, by a pin that came with it, or by ``git revert``."""
    reverted = any(one.subject.startswith('Revert "') for one in (commit, origin))
    pinned = after.pin is not None and after.pin != before.pin
    return reverted or pinned or _names(origin, ROLLED_BACK, place) or _names(commit, ROLLED_BACK, place)


def _names(commit: Commit, trailer: str, place: Slot) -> bool:
    return any(value.split()[:2] == [place.app, place.environment] for value in commit.trailers(trailer))
