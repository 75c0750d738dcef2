"""Read which image each environment has had: every commit that changed a tag, a digest or a pin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from generator.delivery import overlay_state
from generator.delivery.commit_message import BUILT_BY, PROMOTED, RELEASED, ROLLED_BACK, SOURCE
from generator.delivery.overlay_state import NOTHING, State
from generator.errors import RepositoryError
from generator.git.history import Commit
from generator.spec import promoted

if TYPE_CHECKING:
    from generator.delivery.image import Slot
    from generator.git.history import History
    from generator.yaml.outline import Outline

# So many merges of several commits are looked into one by one; of more, all commits are read.
_FEW: Final = 16

Action = Literal[
    "generated", "released", "promoted", "rolled back", "edited", "pinned", "unpinned", "removed", "unknown"
]


@dataclass(frozen=True, slots=True)
class Deployment:
    """One change of one overlay. ``seconds`` since the epoch. ``author`` is the author of the branch's commit.

    ``origin`` is the commit that made the change; it differs from ``landed``, the branch's commit, after a merge.
    ``build`` is its ``Build:`` trailer, ``source`` is the built commit. ``shallow``: older commits are missing, so
    the image may be older than this commit. ``base``: it promoted the base, with or without an image.
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
    landed: Commit | None = None

    @property
    def image_changed(self) -> bool:
        """Tell whether the image changed, not only the pin."""
        return self.before.image != self.after.image

    def trailers(self, name: str) -> list[str]:
        """Return the values of a trailer, of the commit that made the change and of the one that merged it."""
        messages = [self.origin, *([self.landed] if self.landed else [])]
        return list(dict.fromkeys(value for commit in messages for value in commit.trailers(name)))


def entries(history: History, places: Sequence[Slot], since: str | None = None) -> list[Deployment]:
    """List the changes of these slots, the newest first; with ``since``, those after this former tip.

    The cost grows with the files that the commits changed, not with the number of slots. Raises ``RepositoryError``
    if ``since`` is not in the history of the tip, for example after a forced push.
    """
    revisions, former = history.tip, None
    if since is not None:
        if not history.is_ancestor(since, history.tip):
            raise RepositoryError(f"{since[:12]} is not in the history of {history.tip[:12]}", "read all of it again")
        revisions, former = f"{since}..{history.tip}", history.first_parent_before(since)
    known = _Places(places)
    commits = history.log(revisions, known.paths, first_parent=True)
    origins = _origins(history, revisions, commits, known.paths)
    touched = dict.fromkeys(path for commit in commits for path in commit.blobs if path in known.by_path)
    first = history.blobs(former, list(touched)) if former else {}
    states = _states(history, known, [first, *(commit.blobs for commit in commits)])
    last = {path: states[path, blob] for path, blob in first.items()}
    found: list[Deployment] = []
    for commit in reversed(commits):
        for place, base_path in known.touched(commit):
            before = last.get(place.path, NOTHING)
            if place.path in commit.blobs:
                last[place.path] = states[place.path, commit.blobs[place.path]]
            after = last.get(place.path, NOTHING)
            came = _origin(origins, commit, base_path)
            base = came is not None and bool(came.trailers(PROMOTED))
            if before != after or base:
                origin = (_origin(origins, commit, place.path) if before != after else came) or commit
                found.append(_entry(place, commit, origin, before, after, base=base))
    return found[::-1]


class _Places:
    """Slots by the files that tell of them: their overlays, and the record of the base that was promoted there."""

    def __init__(self, places: Sequence[Slot]) -> None:
        self.by_path = {place.path: place for place in places}
        self._files: dict[str, tuple[int, Slot, str]] = {}
        for number, place in enumerate(self.by_path.values()):
            base = promoted.path(place.environment, place.app)
            self._files[place.path] = self._files[base] = (number, place, base)
        self.paths = list(self._files)

    def touched(self, commit: Commit) -> Iterator[tuple[Slot, str]]:
        """Yield the slots whose files a commit changed, in their order, each with the path of its record."""
        for _, place, base in sorted({self._files[path] for path in commit.blobs if path in self._files}):
            yield place, base


Origins = Mapping[tuple[str, str], Commit]
"""For a merge and a path, the commit that wrote the file as the merge has it."""


def _origin(origins: Origins, commit: Commit, path: str) -> Commit | None:
    """Return the commit that wrote a file as this one has it; ``None`` where this one leaves it alone."""
    return origins.get((commit.id, path), commit) if path in commit.blobs else None


def _origins(history: History, revisions: str, commits: Iterable[Commit], paths: Sequence[str]) -> Origins:
    """Find the commits that wrote what came by merges: mostly the heads of the branches that were merged."""
    merges = [commit for commit in commits if len(commit.parents) > 1]
    heads = {one.id: one for one in history.alone((parent for one in merges for parent in one.parents[1:]), paths)}
    found: dict[tuple[str, str], Commit] = {}
    others: list[Commit] = []
    for merge in merges:
        known = [heads[parent] for parent in merge.parents[1:] if parent in heads]
        wrote = {path: one for path, blob in merge.blobs.items() for one in known if one.blobs.get(path, "") == blob}
        found |= {(merge.id, path): one for path, one in wrote.items()}
        others += [merge] if len(wrote) < len(merge.blobs) else []
    few = len(others) <= _FEW
    everything = _by_file([] if few else history.log(revisions, paths))
    for merge in others:
        ours = f"{merge.parents[0]}..{merge.id}"
        writers = _by_file(history.log(ours, list(merge.blobs))) if few else everything
        for path, blob in merge.blobs.items():
            one = _newest(history, writers.get((path, blob), ()), merge)
            if one and (merge.id, path) not in found:
                found[merge.id, path] = one
    return found


def _by_file(commits: Iterable[Commit]) -> Mapping[tuple[str, str | None], Sequence[Commit]]:
    """Return commits by each file that they wrote and its blob, the newest first."""
    found: dict[tuple[str, str | None], list[Commit]] = {}
    for commit in commits:
        for item in commit.blobs.items():
            found.setdefault(item, []).append(commit)
    return found


def _newest(history: History, wrote: Sequence[Commit], merge: Commit) -> Commit | None:
    """Return the newest of these commits that a merge has brought, or had."""
    if len(wrote) > 1:  # a later one has written the same again, as a rollback does
        return next((one for one in wrote if history.is_ancestor(one.id, merge.id)), None)
    return wrote[0] if wrote else None


def _states(
    history: History, known: _Places, files: Iterable[Mapping[str, str | None]]
) -> Mapping[tuple[str, str | None], State]:
    """Return what overlays say, by path and blob."""
    pairs = dict.fromkeys(item for some in files for item in some.items() if item[0] in known.by_path)
    blobs = list(dict.fromkeys(blob for _, blob in pairs if blob))
    said: dict[str | None, Outline | None] = dict(zip(blobs, history.each(blobs, overlay_state.read), strict=True))
    return {(path, blob): overlay_state.of(said.get(blob), known.by_path[path]) for path, blob in pairs}


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
        landed=commit,
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
