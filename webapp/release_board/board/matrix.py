"""An app's releases by environment: where each build is, was, failed or was skipped.

The number of queries does not depend on the history.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import and_, exists, select, tuple_
from sqlalchemy.orm import Session, aliased

from release_board.board.attention import UNRELEASED, state
from release_board.board.cell import Position
from release_board.board.rows import environments
from release_board.store.models import App, Cell, Event

PAGE = 25
# The largest number of events that a page reads. For a build with more changes, the rest is not shown.
EVENTS = 2000

Kind = Literal["live", "moving", "failed", "was here", "skipped", "not yet", "unknown", "absent"]
# In the order of the legend, each with its shape and its meaning.
KINDS: dict[Kind, tuple[str, str]] = {
    "live": ("●", "it is there now, as git has it; green where the cluster says that it is healthy"),
    "moving": ("◐", "it is there in git, and the cluster is on its way"),
    "failed": ("✖", "it is degraded there, or the environment was rolled back from it"),
    "was here": ("○", "it was there, and a later one is"),
    "skipped": ("⤼", "it never came there, and a later one did"),
    "not yet": ("·", "it has not come there"),
    "unknown": ("?", "git or the history does not tell"),
    "absent": ("∅", "the app is not in this environment"),
}
Build = tuple[str | None, str | None]


@dataclass(frozen=True)
class Place:
    """One release in one environment. `event` brought it there last; None if it was never there."""

    environment: str
    kind: Kind
    event: Event | None = None
    healthy: bool = False

    @property
    def key(self) -> str | None:
        """Return the key of the release in a comparison's URL; None if it was never there."""
        return f"{self.event.commit}:{self.environment}" if self.event and self.event.commit else None


@dataclass(frozen=True)
class Release:
    """A build of the app; `event` brought it to an environment first."""

    event: Event
    places: Sequence[Place]


@dataclass(frozen=True)
class Matrix:
    """A page of releases, the newest first; `next` is the start of the following page."""

    app: App
    environments: Sequence[str]
    cells: dict[str, Cell]
    releases: Sequence[Release]
    next: Position | None


def matrix(session: Session, name: str, start: Position | None = None) -> Matrix | None:
    """Return the releases of an app that are older than `start`; None if there is no such app."""
    app = session.get(App, name)
    if app is None:
        return None
    cells = {cell.environment: cell for cell in session.scalars(select(Cell).where(Cell.app == name))}
    names = environments(session)
    firsts = _firsts(session, name, start)
    more = len(firsts) > PAGE
    firsts = firsts[:PAGE]
    tags = list(dict.fromkeys(event.tag for event in firsts))
    brought = _brought(session, name, tags)
    failed = _rolled_back(session, name, tags)
    releases: list[Release] = []
    # Environments that a later release has reached; for a later page, environments that have changed since.
    passed: set[str] = set()
    for first in firsts:
        if start is not None:
            passed |= {one for one, cell in cells.items() if cell.since is not None and cell.since > first.at}
        places = [_place(one, cells.get(one), first, brought, failed, one in passed) for one in names]
        passed |= {place.environment for place in places if place.event is not None}
        releases.append(Release(first, places))
    following = Position(firsts[-1].at, firsts[-1].id) if more else None
    return Matrix(app, names, cells, releases, following)


def build(event: Event) -> Build:
    """Return the identity of a build: its tag and its digest."""
    return event.tag, event.digest


def _firsts(session: Session, app: str, start: Position | None) -> Sequence[Event]:
    """Return the events that brought a build to any environment first."""
    earlier = aliased(Event)
    same = and_(
        earlier.app == Event.app,
        earlier.tag == Event.tag,
        earlier.digest.is_not_distinct_from(Event.digest),
        earlier.image_changed,
        earlier.id < Event.id,
    )
    query = select(Event).where(
        Event.app == app,
        Event.image_changed,
        Event.tag.is_not(None),
        Event.tag != UNRELEASED,
        ~exists(select(earlier.id).where(same)),
    )
    if start is not None:
        query = query.where(tuple_(Event.at, Event.id) < tuple_(start.at, start.number))
    return list(session.scalars(query.order_by(Event.at.desc(), Event.id.desc()).limit(PAGE + 1)))


def _brought(session: Session, app: str, tags: Sequence[str | None]) -> dict[tuple[str, Build], Event]:
    """Return the last event that brought each of these builds to each environment."""
    query = select(Event).where(Event.app == app, Event.tag.in_(tags), Event.image_changed)
    newest: Iterable[Event] = session.scalars(query.order_by(Event.id.desc()).limit(EVENTS))
    found: dict[tuple[str, Build], Event] = {}
    for event in newest:
        found.setdefault((event.environment, build(event)), event)
    return found


def _rolled_back(session: Session, app: str, tags: Sequence[str | None]) -> set[tuple[str, Build]]:
    """Return the builds among these that an environment was rolled back from."""
    query = select(Event.environment, Event.before_tag, Event.before_digest).where(
        Event.app == app, Event.before_tag.in_(tags), Event.action == "rolled back"
    )
    found = session.execute(query.order_by(Event.id.desc()).limit(EVENTS))
    return {(one.environment, (one.before_tag, one.before_digest)) for one in found}


def _place(
    environment: str,
    cell: Cell | None,
    first: Event,
    brought: dict[tuple[str, Build], Event],
    failed: set[tuple[str, Build]],
    passed: bool,
) -> Place:
    event = brought.get((environment, build(first)))
    if cell is None:
        return Place(environment, "was here" if event else "absent", event)
    if cell.problem:
        return Place(environment, "unknown", event)
    if (cell.tag, cell.digest) == build(first):
        kind: Kind = {"failing": "failed", "moving": "moving"}.get(state(cell), "live")  # type: ignore[assignment]
        return Place(environment, kind, event, kind == "live" and cell.live_health == "Healthy")
    if event is not None:
        return Place(environment, "failed" if (environment, build(first)) in failed else "was here", event)
    if cell.since is None and cell.tag not in {None, UNRELEASED}:
        return Place(environment, "unknown")
    return Place(environment, "skipped" if passed else "not yet")
