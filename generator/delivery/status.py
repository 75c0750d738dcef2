"""Report each environment's image, its age, whether it is pinned, and how far it is behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.delivery import image, overlay_state
from generator.errors import GeneratorError, GitError, reason
from generator.files import work_tree
from generator.git import history
from generator.git.upstream import Upstream
from generator.spec.image_reference import UNRELEASED
from generator.spec.layout import APPLICATIONS, OVERLAYS

if TYPE_CHECKING:
    from generator.delivery.image import Slot
    from generator.delivery.pin import Pin
    from generator.git.history import Commit, History
    from generator.spec.model import Spec
    from generator.yaml.kustomization import Image

# How many commits are looked at for all overlays together; what is older is asked for one by one.
WINDOW: Final = 2000
Read = Callable[[str], bytes | None]
"""Return a file; ``None`` where there is none."""
# Of each overlay, so many files are read together at first: most images have come by one of these.
_NEWEST: Final = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One app in one environment.

    ``commit`` is the one that brought the image, ``since`` its time in epoch seconds; both are ``None`` if the image
    is not committed, or history ends before the commit.

    ``behind`` is the previous environment if it has another image, and ``behind_by`` the number of releases that it
    has had since it had this image, if it ever had it. If the previous environment was rolled back to an older
    image, this one is ``ahead`` instead. ``problem`` is why the overlay cannot be read; then the other fields are
    ``None``.
    """

    app: str
    environment: str
    tag: str | None
    digest: str | None
    commit: str | None
    since: int | None
    behind: str | None
    behind_by: int | None
    ahead: str | None
    ahead_by: int | None
    pinned: Pin | None
    problem: str | None

    @property
    def released(self) -> bool:
        """Tell whether any build has set the tag yet."""
        return self.tag not in (None, UNRELEASED)


def rows(directory: Path, spec: Spec, apps: Sequence[str] | None = None) -> list[Row]:
    """Return a row for each app (or these) and environment of a work tree, by app, in promotion order."""
    here = None
    with suppress(GitError):  # which ``notes`` tells
        here = history.here(directory)
    return rows_of(spec, lambda path: work_tree.read(directory, [path]).get(path), here, apps)


def rows_of(spec: Spec, read: Read, here: History | None, apps: Sequence[str] | None = None) -> list[Row]:
    """Return the rows of any files and their history, at a commit."""
    apps = list(spec.apps) if apps is None else apps
    places = [image.slot(spec, app, environment) for app in apps for environment in spec.apps[app].environments]
    states = {place.path: _state(read, place) for place in places}
    window = _log(here, [OVERLAYS, *([APPLICATIONS] if spec.charts else [])], WINDOW)
    commits = _by_path(window)
    landed = _landed(here, commits, places, states, cut=len(window) == WINDOW)
    result: list[Row] = []
    for app in apps:
        of_app = [place for place in places if place.app == app]
        pairs = pairwise((place, states[place.path].image) for place in of_app)
        gaps = [NO_GAP, *(_gap(here, commits, *pair) for pair in pairs)]
        result += [
            _row(place, states[place.path], landed.get(place.path), gap)
            for place, gap in zip(of_app, gaps, strict=True)
        ]
    return result


def _row(place: Slot, now: _State, commit: Commit | None, gap: _Gap) -> Row:
    return Row(
        app=place.app,
        environment=place.environment,
        tag=now.image.tag if now.image else None,
        digest=now.image.digest if now.image else None,
        commit=commit.id if commit else None,
        since=commit.seconds if commit else None,
        behind=gap.other if gap.behind else None,
        behind_by=gap.by if gap.behind else None,
        ahead=None if gap.behind else gap.other,
        ahead_by=None if gap.behind else gap.by,
        pinned=now.pin,
        problem=now.problem,
    )


def problems(found: Iterable[Row]) -> Iterator[str]:
    """Yield why some overlays cannot be read."""
    return (f"{row.app} in {row.environment}: {row.problem}" for row in found if row.problem)


def notes(directory: Path, found: Sequence[Row], followed: Upstream | None) -> Iterator[str]:
    """Yield notes for the user on the checkout, and on the branch that it follows."""
    yield from problems(found)
    try:
        here = history.here(directory)
    except GitError as exc:
        yield f"ages and what is behind are not known: {exc.message}\nhint: {exc.hint}"
        return
    if here is None:
        return
    if history.branch(directory) is None:
        yield f"HEAD is detached at {here.tip[:12]}: what is shown may be old"
    elif followed:
        yield from _behind(followed)
    if not here.complete and any(row.since is None for row in found):
        yield "this clone has no older commits, so some ages are not known: git fetch --unshallow"


def _behind(followed: Upstream) -> Iterator[str]:
    """Yield that a checkout is not at the newest commit of the branch that it follows."""
    if followed.reason:
        yield f"whether this checkout is behind {followed.name} is not known: {followed.reason}"
    if followed.by is None:
        yield f"this checkout is behind {followed.name}, which has commits that are not here: git pull"
    elif followed.by:
        when = "" if followed.asked else ", as of the last fetch"
        commits = f"{followed.by} commit{'s' if followed.by > 1 else ''}"
        yield f"this checkout is {commits} behind {followed.name}{when}: git pull"


@dataclass(frozen=True, slots=True)
class _State:
    """Present content of an overlay, or why it has none."""

    image: Image | None
    pin: Pin | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Gap:
    """The ``other`` environment, the one before, where it has another image; ``by`` so many releases, if known."""

    other: str | None
    behind: bool
    by: int | None


NO_GAP: Final = _Gap(None, behind=False, by=None)


def _state(read: Read, place: Slot) -> _State:
    try:
        content = read(place.path)
        return _State(image.required(content, place), overlay_state.state(content, place).pin)
    except GeneratorError as exc:
        return _State(None, None, reason(exc))


def _log(here: History | None, paths: Sequence[str], limit: int | None = None) -> Sequence[Commit]:
    try:
        return here.log(here.tip, paths, first_parent=True, limit=limit) if here and paths else ()
    except GitError:
        return ()


def _by_path(commits: Iterable[Commit]) -> Mapping[str, list[Commit]]:
    """Return commits by overlay, the newest first."""
    found: dict[str, list[Commit]] = {}
    for commit in commits:
        for path in commit.blobs:
            found.setdefault(path, []).append(commit)
    return found


def _landed(
    here: History | None,
    commits: Mapping[str, list[Commit]],
    places: Sequence[Slot],
    states: Mapping[str, _State],
    *,
    cut: bool,
) -> Mapping[str, Commit]:
    """Return the commit that brought the image that each overlay has now, by path; pins and comments do not count.

    ``cut``: there are older commits than those that are at hand.
    """
    if here is None:
        return {}
    here.contents(one.blobs[place.path] for place in places for one in commits.get(place.path, [])[:_NEWEST])
    found: dict[str, Commit] = {}
    older: list[Slot] = []
    for place in places:
        landing, ended = _landing(here, commits.get(place.path, []), place, states[place.path].image)
        if cut and not ended:
            older.append(place)
        elif landing:
            found[place.path] = landing
    whole = _by_path(_log(here, [place.path for place in older]))
    for place in older:
        landing, _ = _landing(here, whole.get(place.path, []), place, states[place.path].image)
        found |= {place.path: landing} if landing else {}
    return {path: commit for path, commit in found.items() if not commit.shallow}


def _landing(here: History, commits: Sequence[Commit], place: Slot, now: Image | None) -> tuple[Commit | None, bool]:
    """Return the oldest of the newest commits that have this image, and whether there is one before with another."""
    if now is None:
        return None, True
    last: Commit | None = None
    for number, commit in enumerate(commits):
        if number == _NEWEST:
            here.contents(one.blobs[place.path] for one in commits)
        blob = commit.blobs[place.path]
        if overlay_state.state(here.contents([blob])[blob] if blob else None, place).image != now:
            return last, True
        last = commit
    return last, False


def _gap(
    here: History | None, commits: Mapping[str, list[Commit]], former: tuple[Slot, Image | None],
    later: tuple[Slot, Image | None],
) -> _Gap:  # fmt: skip
    """Return how far an environment is from the one before it."""
    (place, theirs), (_, ours) = former, later
    if theirs is None or ours is None or (theirs.tag, theirs.digest) == (ours.tag, ours.digest):
        return NO_GAP
    had = _had(here, commits.get(place.path, []), place, theirs)
    if ours not in had:
        return _Gap(place.environment, behind=True, by=None)
    by = had.index(theirs) - had.index(ours)
    return _Gap(place.environment, behind=by > 0, by=abs(by))


def _had(here: History | None, commits: Sequence[Commit], place: Slot, now: Image) -> list[Image]:
    """Return the images that a slot has had, each where it came first, the oldest first, the work tree's last."""
    blobs = [commit.blobs[place.path] for commit in commits]
    contents = here.contents(blobs) if here else {}
    states = (overlay_state.state(contents[blob] if blob else None, place).image for blob in reversed(blobs))
    return list(dict.fromkeys([*(one for one in states if one is not None), now]))
