"""Find by indexes what older events have to do with newer ones, for any number of apps in as many queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, ColumnExpressionArgument, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from release_board.board.deliveries import COLUMNS, as_change
from release_board.metrics import Change, Image
from release_board.metrics.lanes import DEPLOYED
from release_board.store.asking import any_of, parts
from release_board.store.models import App, Event, SourceCommit
from release_board.store.texts import begins

# An app and an environment.
Lane = tuple[str, str]
# An image: its app, tag and digest.
Pinned = tuple[str, str | None, str | None]


class Bounds(NamedTuple):
    """What is read of one app in one environment.

    From the event `start` on, all is as it was; it is read from `read_from` on, for what came before `start`.
    `first_image` is the first event that changed the image, `sourced` the last one that names its source.
    """

    first_at: int
    start: int
    read_from: int
    first_image: int | None
    sourced: int | None

    @property
    def has_older(self) -> bool:
        """Tell whether the image had been changed before what is read."""
        return self.first_image is not None and self.first_image < self.read_from


def bounds(
    session: Session, apps: Sequence[str], production: Sequence[str], begin: int, drawn: int | None
) -> dict[Lane, Bounds]:
    """Return for each environment of some apps what has to be read, and at least its last image.

    Production is read from `begin` on, other environments from `drawn` on; None if they are not drawn.
    """
    first = select(App.name.label("app"), _next_environment(App.name, "").label("environment"))
    lanes = first.where(App.name.in_(apps)).cte("lanes", recursive=True)
    following = select(lanes.c.app, _next_environment(lanes.c.app, lanes.c.environment))
    lanes = lanes.union_all(following.where(lanes.c.environment.is_not(None)))
    here = and_(Event.app == lanes.c.app, Event.environment == lanes.c.environment)
    since = _since(apps, production, begin, drawn)
    query = select(
        *(lanes.c.app, lanes.c.environment),
        func.coalesce(since.c.id, _number(func.max, here)).label("since"),
        _number(func.max, here, Event.image_changed).label("image"),
        _number(func.min, here, Event.image_changed).label("first_image"),
        select(func.min(Event.at)).where(here).scalar_subquery().label("first_at"),
        _number(func.max, here, Event.source.is_not(None)).label("sourced"),
    ).join_from(
        lanes, since, and_(since.c.app == lanes.c.app, since.c.environment == lanes.c.environment), isouter=True
    )
    # Without the word, PostgreSQL looks everything up again for each use of it.
    lane = query.where(lanes.c.environment.is_not(None)).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    start = case((lane.c.image < lane.c.since, lane.c.image), else_=lane.c.since)
    older = and_(Event.app == lane.c.app, Event.environment == lane.c.environment, Event.id < start)
    found = session.execute(select(lane, start.label("start"), *_margin(older)))
    return {(one.app, one.environment): _bounds(one, one.start, one) for one in found}


def _since(apps: Sequence[str], production: Sequence[str], begin: int, drawn: int | None) -> CTE:
    """Return the first event of each environment from when on it is read."""
    query = select(Event.app, Event.environment, func.min(Event.id).label("id")).where(Event.app.in_(apps))
    wanted = and_(Event.at >= begin, Event.environment.in_(production))
    if drawn is not None:
        wanted = and_(Event.at >= min(begin, drawn), or_(Event.at >= drawn, wanted))
    return query.where(wanted).group_by(Event.app, Event.environment).cte("since")


def before(session: Session, starts: Mapping[Lane, int], known: Mapping[Lane, Bounds]) -> dict[Lane, Bounds]:
    """Return the bounds of environments that are to be read from these events on; from the first one on for 0."""
    found: dict[Lane, Bounds] = {}
    for lane, start in starts.items():
        older = and_(Event.app == lane[0], Event.environment == lane[1], Event.id < start)
        found[lane] = _bounds(known[lane], start, session.execute(select(*_margin(older))).one())
    return found


def _bounds(about: Any, start: int, margin: Any) -> Bounds:
    read_from = next((one for one in (margin.deployed, margin.changed) if one is not None), start)
    return Bounds(about.first_at, start, read_from, about.first_image, about.sourced)


def _margin(older: ColumnElement[bool]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return the last deployment and the last change of the image before an event."""
    changed = _number(func.max, older, Event.image_changed)
    deployed = _number(func.max, older, Event.image_changed, Event.action.in_(DEPLOYED))
    return deployed.label("deployed"), changed.label("changed")


def _number(which: Any, *conditions: ColumnExpressionArgument[bool]) -> ColumnElement[Any]:
    return select(which(Event.id)).where(*conditions).scalar_subquery()


def _next_environment(app: Any, after: Any) -> ColumnElement[Any]:
    """Return the environment of an app's events that follows another one by name."""
    query = select(func.min(Event.environment)).where(Event.app == app, Event.environment > after)
    return query.scalar_subquery()


def changes(session: Session, spans: Mapping[Lane, tuple[int, int | None]]) -> dict[Lane, list[Change]]:
    """Return the changes of each environment from an event up to another one, in order."""
    conditions = []
    for (app, environment), (begin, end) in spans.items():
        condition = and_(Event.app == app, Event.environment == environment, Event.id >= begin)
        conditions.append(condition if end is None else and_(condition, Event.id < end))
    found: dict[Lane, list[Change]] = {lane: [] for lane in spans}
    for one in any_of(session, select(*COLUMNS), conditions):
        found[one.app, one.environment].append(as_change(one))
    for several in found.values():
        several.sort(key=lambda one: one.position)
    return found


def sources(session: Session, images: Iterable[Pinned]) -> dict[str, list[Image]]:
    """Return what commits name as the sources of these images, by app."""
    conditions = []
    for app, (tags, digests) in _split(images).items():
        conditions += [and_(Event.app == app, Event.tag.in_(part), Event.source.is_not(None)) for part in parts(tags)]
        conditions += [
            and_(Event.app == app, Event.digest.in_(part), Event.source.is_not(None)) for part in parts(digests)
        ]
    found: dict[str, dict[Image, None]] = {}
    query = select(Event.app, Event.tag, Event.digest, Event.source).distinct()
    for one in any_of(session, query, conditions):
        found.setdefault(one.app, {})[Image(one.app, one.tag, one.digest, one.source)] = None
    return {app: list(several) for app, several in found.items()}


def earlier(
    session: Session, wanted: Mapping[Lane, set[Pinned]], ends: Mapping[Lane, int]
) -> Iterator[tuple[Lane, int]]:
    """Yield the events before an end that brought one of these images to an environment."""
    conditions = []
    for lane, images in wanted.items():
        here = and_(
            *(Event.app == lane[0], Event.environment == lane[1], Event.id < ends[lane], Event.image_changed),
        )
        bare = {tag for _, tag, digest in images if tag and not digest}
        digests = {digest for *_, digest in images if digest}
        others = {tag for _, tag, digest in images if tag and digest} - bare
        conditions += [and_(here, Event.digest.in_(part)) for part in parts(digests)]
        conditions += [and_(here, Event.tag.in_(part)) for part in parts(bare)]
        conditions += [and_(here, Event.tag.in_(part), Event.digest.is_(None)) for part in parts(others)]
    for one in any_of(session, select(Event.app, Event.environment, Event.id), conditions):
        yield (one.app, one.environment), one.id


def named(session: Session, names: Mapping[str, Iterable[str]], least: int) -> Iterator[Change]:
    """Yield the changes of apps whose commit, source or tag is one of some names, or begins with a long one."""
    conditions = []
    for app, several in names.items():
        for part in parts(set(several)):
            conditions += [
                and_(Event.app == app, column.in_(part)) for column in (Event.tag, Event.commit, Event.source)
            ]
        for name in several:
            if len(name) >= least:
                conditions += [
                    and_(Event.app == app, begins(session, column, name)) for column in (Event.commit, Event.source)
                ]
    for one in any_of(session, select(*COLUMNS), conditions):
        yield as_change(one)


def images_with_commits_of(session: Session, arrived: Iterable[tuple[str, str]]) -> Iterator[Pinned]:
    """Yield the images that were built from a source with a commit that one of these apps and sources has, too."""
    afters: dict[str, set[str]] = {}
    for app, after in arrived:
        afters.setdefault(app, set()).add(after)
    mine, other = aliased(SourceCommit), aliased(SourceCommit)
    query = (
        select(other.app, other.after).distinct().join(mine, (mine.app == other.app) & (mine.commit == other.commit))
    )
    having = [and_(mine.app == app, mine.after.in_(part)) for app, several in afters.items() for part in parts(several)]
    found: dict[str, set[str]] = {}
    for one in any_of(session, query, having):
        found.setdefault(one.app, set()).add(one.after)
    built = [and_(Event.app == app, Event.source.in_(part)) for app, names in found.items() for part in parts(names)]
    for one in any_of(session, select(Event.app, Event.tag, Event.digest).distinct(), built):
        yield one.app, one.tag, one.digest


def _split(images: Iterable[Pinned]) -> dict[str, tuple[set[str], set[str]]]:
    """Return the tags and digests of images by app."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for app, tag, digest in images:
        tags, digests = found.setdefault(app, (set(), set()))
        if tag:
            tags.add(tag)
        if digest:
            digests.add(digest)
    return found
