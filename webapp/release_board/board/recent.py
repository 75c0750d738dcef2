"""Read of apps' histories what metrics from a moment on are made of: the numbers are those of the whole history.

Each environment is read from the moment on, with the deployment before. What this refers to is found by indexes, and
the environment is read from there: an image that it went back to, a deployment that someone declared something of,
commits that had come before. Of all that is older, only the images' sources and the first day are told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from release_board.board import deliveries, older
from release_board.board.older import Bounds, Lane, Pinned
from release_board.metrics import Change, Declaration, History, Image, Incident, Life
from release_board.metrics.failures import LEAST_PREFIX, is_called
from release_board.metrics.sources import with_sources

# After so many rounds, each of which has found that something older matters, the whole history of an app is read.
ROUNDS = 8


@dataclass(frozen=True)
class Wish:
    """What is to be measured: `environments` in promotion order, and from when on their deployments are drawn."""

    begin: int
    production: Sequence[str]
    environments: Sequence[str] = ()
    drawn: int | None = None

    def since(self, environment: str) -> int | None:
        """Return from when on an environment matters; None where only its last image does."""
        return self.begin if environment in self.production else self.drawn


@dataclass
class Known:
    """What is read of an app: `changes` by environment, as they are stored, and in order."""

    app: str
    words: Sequence[Declaration | Incident]
    bounds: dict[str, Bounds] = field(default_factory=dict)
    changes: dict[str, list[Change]] = field(default_factory=dict)
    images: Sequence[Image] = ()

    def filled(self) -> dict[str, list[Change]]:
        """Return the changes by environment with the sources of their images."""
        found: dict[str, list[Change]] = {name: [] for name in self.bounds}
        for one in with_sources(self.told(), self.images):
            found[one.environment].append(one)
        return found

    def told(self) -> list[Change]:
        """Return the changes; of the first one that is not its environment's first, what was before is left out."""
        found: list[Change] = []
        for name, several in self.changes.items():
            first = next((one.position for one in several if one.image_changed), None)
            for one in several:
                if one.position == first and self.bounds[name].has_older:
                    found.append(replace(one, before_tag=None, before_digest=None))
                else:
                    found.append(one)
        return found

    def life(self, production: Sequence[str]) -> tuple[Life, ...]:
        """Return when the app came to production, and when it left."""
        lanes = [name for name in dict.fromkeys(production) if self.changes.get(name)]
        if not lanes:
            return ()
        lasts = [self.changes[name][-1] for name in lanes]
        ends = [one.landed for one in lasts if one.action == "removed"]
        begin = min(self.bounds[name].first_at for name in lanes)
        return (Life(self.app, begin, max(ends) if len(ends) == len(lasts) else None),)


def histories(session: Session, apps: Sequence[str], wish: Wish, *, incident_tool: bool) -> dict[str, History]:
    """Read the histories of some apps as far as they matter. Their cost is that of what has happened since."""
    declarations, incidents = deliveries.said(session, apps)
    known = {app: Known(app, (*declarations.get(app, ()), *incidents.get(app, ()))) for app in apps}
    _extend(session, known, older.bounds(session, apps, wish.production, wish.begin, wish.drawn))
    _name_sources(session, known.values())
    rounds = 0
    while starts := _needed(session, known, wish):
        rounds += 1
        if rounds > ROUNDS:
            starts = {(app, name): 0 for app, _ in starts for name in known[app].bounds}
        _extend(session, known, older.before(session, starts, _bounds(known)))
        _name_sources(session, known.values())
    logs = deliveries.logs(session, apps, {app: _arrived(one.filled(), one, wish) for app, one in known.items()})
    return {
        app: History(
            tuple(one.told()),
            tuple(logs.get(app, ())),
            tuple(declarations.get(app, ())),
            tuple(incidents.get(app, ())) if incident_tool or app in incidents else None,
            lives=one.life(wish.production),
            images=tuple(one.images),
        )
        for app, one in known.items()
    }


def _bounds(known: Mapping[str, Known]) -> dict[Lane, Bounds]:
    return {(app, name): bounds for app, one in known.items() for name, bounds in one.bounds.items()}


def _extend(session: Session, known: Mapping[str, Known], bounds: Mapping[Lane, Bounds]) -> None:
    """Read the changes from new bounds up to what is there."""
    spans: dict[Lane, tuple[int, int | None]] = {}
    for (app, name), one in bounds.items():
        there = known[app].changes.get(name)
        spans[app, name] = one.read_from, there[0].position if there else None
        known[app].bounds[name] = one
    for lane, several in older.changes(session, spans).items():
        app, name = lane
        known[app].changes[name] = [*several, *known[app].changes.get(name, ())]


def _name_sources(session: Session, known: Iterable[Known]) -> None:
    """Find the sources of images that changes do not name themselves."""
    unnamed: set[Pinned] = set()
    for one in known:
        for several in one.changes.values():
            before: Change | None = None
            for change in several:
                if not change.source:
                    unnamed.add((one.app, change.tag, change.digest))
                was = (change.before_tag, change.before_digest)
                if not (before and before.source and (before.tag, before.digest) == was):
                    unnamed.add((one.app, *was))
                before = change if change.image_changed else before
    found = older.sources(session, unnamed)
    for one in known:
        one.images = found.get(one.app, ())


def _needed(session: Session, known: Mapping[str, Known], wish: Wish) -> dict[Lane, int]:
    """Return from where on environments have to be read, because of something that is older than what is read."""
    wanted: dict[Lane, set[Pinned]] = {}
    starts: dict[Lane, int] = {}
    filled = {app: one.filled() for app, one in known.items()}
    for app, one in known.items():
        for name, image in _images(one, wish):
            wanted.setdefault((app, name), set()).add(image)
        _sourceless(one, filled[app], wish, starts)
    for lane, number, pinned in _meant(session, known, filled, wish):
        if number is not None:
            _earliest(starts, known, lane, number)
        if pinned is not None:
            wanted.setdefault(lane, set()).add(pinned)
    arrived = {(app, after) for app, one in known.items() for after in _arrived(filled[app], one, wish)}
    for built in older.images_with_commits_of(session, arrived):
        for name in wish.production:
            if name in known[built[0]].bounds:
                wanted.setdefault((built[0], name), set()).add(built)
    ends = {lane: known[lane[0]].bounds[lane[1]].start for lane in wanted}
    for lane, number in older.earlier(session, wanted, ends):
        _earliest(starts, known, lane, number)
    return starts


def _earliest(starts: dict[Lane, int], known: Mapping[str, Known], lane: Lane, number: int) -> None:
    bounds = known[lane[0]].bounds.get(lane[1])
    if bounds and number < min(bounds.start, starts.get(lane, bounds.start)):
        starts[lane] = number


def _images(one: Known, wish: Wish) -> Iterable[tuple[str, Pinned]]:
    """Yield the images that matter if an environment had them before: its own, and later ones' that are drawn."""
    order = [name for name in dict.fromkeys(wish.environments) if name in one.bounds]
    for name, several in one.changes.items():
        steps = [change for change in several if change.image_changed]
        if wish.since(name) is not None:
            start = one.bounds[name].start
            yield from ((name, (one.app, change.tag, change.digest)) for change in steps if change.position >= start)
        if wish.drawn is None or name not in order or not steps:
            continue
        place = order.index(name)
        for change in steps:
            if change.landed >= wish.drawn:
                for earlier in order[:place]:
                    yield earlier, (one.app, change.tag, change.digest)
        for later in order[place + 1 : place + 2]:
            yield later, (one.app, steps[-1].tag, steps[-1].digest)


def _sourceless(one: Known, filled: Mapping[str, Sequence[Change]], wish: Wish, starts: dict[Lane, int]) -> None:
    """Look further back for the newest source of an environment from which commits wait for production."""
    if all(bounds.sourced is None for bounds in one.bounds.values()):
        return
    for name, bounds in one.bounds.items():
        if name in wish.production or not bounds.has_older:
            continue
        if not any(change.source for change in filled[name] if change.image_changed):
            starts[one.app, name] = 0 if bounds.sourced is None else min(bounds.sourced, bounds.start - 1)


def _meant(
    session: Session, known: Mapping[str, Known], filled: Mapping[str, Mapping[str, Sequence[Change]]], wish: Wish
) -> Iterable[tuple[Lane, int | None, Pinned | None]]:
    """Yield the changes that people's words may mean, and images that were built from a source that they name."""
    names: dict[str, dict[str, set[str]]] = {}
    for app, one in known.items():
        for word in one.words:
            at = word.at if isinstance(word, Declaration) else word.opened
            several, since = filled[app].get(word.environment), wish.since(word.environment)
            if not several or not word.commit or since is None:
                continue
            if at >= since or any(_names(word.commit, each) for each in several):
                names.setdefault(app, {}).setdefault(word.commit, set()).add(word.environment)
    for found in older.named(session, names, LEAST_PREFIX):
        for word_name, environments in names[found.app].items():
            for name in environments:
                if found.environment == name and _names(word_name, found):
                    yield (found.app, name), found.position, None
                if is_called(found.source, word_name):
                    yield (found.app, name), None, (found.app, found.tag, found.digest)


def _names(name: str, change: Change) -> bool:
    return change.tag == name or is_called(change.commit, name) or is_called(change.source, name)


def _arrived(filled: Mapping[str, Sequence[Change]], one: Known, wish: Wish) -> set[str]:
    """Return the sources of production's deployments, and the newest ones elsewhere: of these, commits are counted."""
    found: set[str] = set()
    for name, several in filled.items():
        steps = [change for change in several if change.image_changed and change.source]
        if name in wish.production:
            steps = [change for change in steps if change.position >= one.bounds[name].start]
        else:
            steps = steps[-1:]
        found.update(change.source for change in steps if change.source)
    return found
