"""Find a commit, a build, a tag or a person: the matching releases, and where they are and have been.

A result is an image of an app: a commit of the branch set it, a source commit or a build made it, or a tag names it.
The number of statements is always the same. Each is limited, and reads a range of an index.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, false, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from release_board.board.rows import environments
from release_board.store.models import Cell, Event, Person, SourceCommit
from release_board.store.texts import begins, cut, whole

LIMIT = 20
# The largest number of results for a beginning; with more, the page asks for a longer text.
PREFIX_LIMIT = 200
PEOPLE = 10
SHORTEST = 4
IDS = frozenset({"commit", "origin", "source", "contained"})
_ID = re.compile(r"[0-9a-f]{4,64}")
_WORDS = {
    "commit": "set by commit {}",
    "origin": "set by commit {}, which was merged",
    "source": "built from commit {}",
    "contained": "the first build that has commit {}",
    "tag": "its tag",
    "build": "made by {}",
}
Image = tuple[str, str | None, str | None]
"""An app, and its image's tag and digest."""


@dataclass(frozen=True)
class Place:
    """A release in an environment. `first` is its first event there, `replaced` the event after it.

    `standing` is one of `has it`, `has a later build`, `has an earlier build`, `is not in it`, by the order in which
    the app's builds came up first.
    """

    environment: str
    standing: str
    cell: Cell | None
    first: Row[Any] | None
    replaced: Row[Any] | None


@dataclass
class Release:
    """An image of an app. `why` says what matched; `exact` means that it matched completely, not only its beginning."""

    app: str
    tag: str | None
    digest: str | None
    exact: bool
    at: int
    why: dict[str, None] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """The results. `after` is the app after which the next page of exact matches begins, if there is one."""

    text: str
    exact: Sequence[Release]
    alike: Sequence[Release]
    more_alike: bool
    people: Sequence[str]
    person: str | None
    after: str | None

    @property
    def is_one(self) -> bool:
        """Tell whether there is one exact answer."""
        return len(self.exact) + bool(self.person) == 1


def find(session: Session, text: str, after: str = "") -> Found:
    """Find releases by a text: by the exact value or by its beginning; upper and lower case are equal."""
    text = cut(" ".join(text.split()))
    if not text:
        return Found("", (), (), False, (), None, None)
    rows = session.execute(_matches(session, text, after)).all()
    # The beginning of an id counts as exact if only one commit has it.
    ids = {row.value for row in rows if row.kind in IDS}
    rows = [row for row in rows if not after or row.app > after]
    whole = [row for row in rows if row.exact or (row.kind in IDS and len(ids) == 1)]
    exact = _releases(whole, exact=True)
    following = exact[LIMIT - 1].app if len(exact) > LIMIT else None
    exact = exact[:LIMIT]
    known = {(one.app, one.tag, one.digest) for one in exact}
    begun = [row for row in rows if not row.exact and (row.app, row.tag, row.digest) not in known]
    alike = sorted(_releases(begun, exact=False), key=lambda one: (-one.at, one.app))
    people, person = _people(session, text)
    _place(session, [*exact, *alike[:LIMIT]])
    return Found(text, exact, alike[:LIMIT], len(alike) > LIMIT, people, person, following)


def _matches(session: Session, text: str, after: str) -> Select[Any]:
    """Return a query of all images that match a text, with what matched."""
    number = whole(text, 18)
    commit = text.lower() if _ID.fullmatch(text.lower()) else ""
    columns: list[tuple[str, InstrumentedAttribute[Any], str]] = [
        ("commit", Event.commit, commit),
        ("origin", Event.origin, commit),
        ("source", Event.source, commit),
        ("tag", Event.tag, text),
        ("build", Event.build, text),
    ]
    parts = []
    for kind, column, wanted in columns:
        parts.append(_exact(kind, column, column == wanted if wanted else false(), after))
        parts.append(_beginning(kind, column, begins(session, column, wanted) if wanted else false()))
    parts.append(_exact("build", Event.build, Event.build_number == (-1 if number is None else number), after))
    parts.append(_contained(session, commit, after))
    return select(union_all(*(select(part) for part in parts)).subquery())


def _columns(kind: str, value: ColumnElement[Any] | InstrumentedAttribute[Any]) -> list[Any]:
    return [literal(kind).label("kind"), value.label("value"), Event.app, Event.tag, Event.digest]


def _exact(kind: str, column: InstrumentedAttribute[Any], condition: ColumnElement[bool], after: str) -> Subquery:
    where = [condition, Event.app > after] if after else [condition]
    query = select(*_columns(kind, column), func.max(Event.at).label("at"), literal(1).label("exact"))
    query = query.where(*where).group_by(Event.app, Event.tag, Event.digest, column)
    return query.order_by(Event.app, Event.tag, Event.digest).limit(2 * LIMIT).subquery()


def _beginning(kind: str, column: InstrumentedAttribute[Any], condition: ColumnElement[bool]) -> Subquery:
    query = select(*_columns(kind, column), Event.at, literal(0).label("exact"))
    return query.where(condition).limit(PREFIX_LIMIT).subquery()


def _contained(session: Session, commit: str, after: str) -> Subquery:
    """Return a query for a commit between the sources of two builds; the later build contains it."""
    is_it = begins(session, SourceCommit.commit, commit) if commit else false()
    columns = _columns("contained", SourceCommit.commit)
    query = select(*columns, func.max(Event.at).label("at"), literal(0).label("exact"))
    query = query.join(Event, (Event.app == SourceCommit.app) & (Event.source == SourceCommit.after))
    query = query.where(is_it, Event.app > after) if after else query.where(is_it)
    query = query.group_by(Event.app, Event.tag, Event.digest, SourceCommit.commit)
    return query.order_by(Event.app, Event.tag, Event.digest).limit(2 * LIMIT).subquery()


def _releases(rows: Sequence[Row[Any]], *, exact: bool) -> list[Release]:
    """Return the found images, each once, by app, the newest first."""
    found: dict[Image, Release] = {}
    for row in rows:
        if row.tag is None and row.digest is None:
            continue
        one = found.setdefault((row.app, row.tag, row.digest), Release(row.app, row.tag, row.digest, exact, row.at))
        one.at = max(one.at, row.at)
        value = row.value[:12] if row.kind in IDS else row.value
        if row.kind != "origin" or _WORDS["commit"].format(value) not in one.why:
            one.why[_WORDS[row.kind].format(value)] = None
    return sorted(found.values(), key=lambda one: (one.app, -one.at))


def _people(session: Session, text: str) -> tuple[list[str], str | None]:
    """Return the names that contain a text, and the name that is equal to it (or None)."""
    folded = text.casefold()
    query = select(Person.name, Person.folded).where(Person.folded.contains(folded, autoescape=True))
    query = query.order_by(Person.folded != folded, Person.folded).limit(PEOPLE)
    rows = session.execute(query).all()
    exact = [row.name for row in rows if row.folded == folded]
    person = next((name for name in exact if name == text), exact[0] if exact else None)
    return [row.name for row in rows if row.name != person], person


def _place(session: Session, releases: Sequence[Release]) -> None:
    """Add to each release its places: since when, where it was first, and what came after it."""
    apps = sorted({one.app for one in releases})
    order = environments(session)
    cells: dict[str, dict[str, Cell]] = {}
    for cell in session.scalars(select(Cell).where(Cell.app.in_(apps))):
        cells.setdefault(cell.app, {})[cell.environment] = cell
    wanted = {(one.app, one.tag, one.digest) for one in releases}
    standing = {(cell.app, cell.tag, cell.digest) for each in cells.values() for cell in each.values()}
    firsts = _firsts(session, wanted | standing)
    replaced = _replaced(session, wanted)
    for one in releases:
        image = (one.app, one.tag, one.digest)
        began = min(((row.at, row.id) for row in firsts.get(image, {}).values()), default=(one.at, 0))
        there = {**dict.fromkeys(name for name in order if name in cells.get(one.app, {})), **firsts.get(image, {})}
        for name in there:
            there_now = cells.get(one.app, {}).get(name)
            first = firsts.get(image, {}).get(name)
            word = _standing(there_now, image, began, firsts)
            following = replaced.get((image, name)) if word != "has it" else None
            one.places.append(Place(name, word, there_now, first, following))


def _standing(cell: Cell | None, image: Image, began: tuple[int, int], firsts: dict[Image, dict[str, Row[Any]]]) -> str:
    if cell is None:
        return "is not in it"
    there = (cell.app, cell.tag, cell.digest)
    if there == image:
        return "has it"
    others = [(row.at, row.id) for row in firsts.get(there, {}).values()]
    if not others:
        return "has another build"
    return "has a later build" if min(others) > began else "has an earlier build"


def _firsts(session: Session, images: set[Image]) -> dict[Image, dict[str, Row[Any]]]:
    """Return the first event that brought each image to each environment."""
    apps, tags = {image[0] for image in images}, {image[1] for image in images if image[1] is not None}
    same = (Event.app, Event.environment, Event.tag, Event.digest)
    place = func.row_number().over(partition_by=same, order_by=(Event.at, Event.id)).label("place")
    query = select(*same, Event.id, Event.at, Event.commit, Event.origin_author, Event.action, place)
    inner = query.where(Event.app.in_(apps), Event.tag.in_(tags)).subquery()
    found: dict[Image, dict[str, Row[Any]]] = {}
    for row in session.execute(select(inner).where(inner.c.place == 1)):
        found.setdefault((row.app, row.tag, row.digest), {})[row.environment] = row
    return found


def _replaced(session: Session, images: set[Image]) -> dict[tuple[Image, str], Row[Any]]:
    """Return the newest event that replaced each image, by environment."""
    apps, tags = {image[0] for image in images}, {image[1] for image in images if image[1] is not None}
    same = (Event.app, Event.environment, Event.before_tag, Event.before_digest)
    place = func.row_number().over(partition_by=same, order_by=(Event.at.desc(), Event.id.desc())).label("place")
    query = select(*same, Event.tag, Event.digest, Event.at, Event.commit, Event.action, place)
    inner = query.where(Event.app.in_(apps), Event.before_tag.in_(tags), Event.image_changed).subquery()
    found = session.execute(select(inner).where(inner.c.place == 1))
    return {((row.app, row.before_tag, row.before_digest), row.environment): row for row in found}


def is_commit(text: str) -> bool:
    """Tell whether a text may be a commit's id, complete or shortened."""
    return bool(_ID.fullmatch(text.lower()))
