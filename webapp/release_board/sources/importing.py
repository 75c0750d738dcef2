"""Import the mirror's history to the tables: new events, and the cells of their apps.

An import is one transaction that also stores the last imported commit. If it ends early, the next import does the same
work again. Events that exist already do not change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from generator import Deployment, Repository, Row, Spec, errors
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from release_board.board.attention import attention
from release_board.sources import declarations
from release_board.store import changes
from release_board.store.event_log import EventLog
from release_board.store.insert import CHUNK, add_rows
from release_board.store.models import App, Cell, Environment, Event, Person, Source
from release_board.store.texts import LONG, cut, moment, optional, whole

GIT = "git"
# The source whose cursor is a hash of the name of the DynamoDB table that also has all events of SQL.
LOG = "log"
# The largest number in eight bytes.
DIGITS = 18


@dataclass(frozen=True)
class Imported:
    """The number of new events, and the apps with written cells; `problem` says why the spec cannot be read."""

    events: int
    apps: tuple[str, ...]
    problem: str | None = None


def import_history(
    session: Session, repository: Repository, production: Sequence[str], now: int, log: EventLog
) -> Imported:
    """Import the commits of the branch since the last import."""
    source = session.get(Source, GIT) or Source(name=GIT)
    session.add(source)
    source.asked = source.heard = now
    tip = repository.tip()
    if not _is_written_to(session, log):
        source.cursor = None
    if source.cursor == tip and source.problem is None:
        return Imported(0, ())
    try:
        spec = repository.spec(tip)
    except errors.SpecError as error:
        # Stored data stays, because it was right for the commit before.
        source.problem = f"generator.yaml of {tip[:12]} cannot be read: {error.message}"
        return Imported(0, (), source.problem)
    source.problem = None
    found, everything = _new(session, repository, source, tip, log)
    _add(session, [_event(one) for one in found], log)
    declarations.store(session, found, anew=everything)
    renewed = _spec(session, spec, production)
    touched = None if everything or renewed else {one.app for one in found}
    # A removed app has no row any more, so its cells are deleted.
    wanted = None if touched is None else [name for name in spec.apps if name in touched]
    apps = _cells(session, repository.status(wanted, at=tip), touched, now)
    if renewed and not apps:
        number(session, (), spec.apps, now)  # Pages also show products and the order of apps.
    source.cursor = tip
    return Imported(len(found), apps)


def _new(
    session: Session, repository: Repository, source: Source, tip: str, log: EventLog
) -> tuple[list[Deployment], bool]:
    """Return the deployments to add, and whether they replace all others, as after a forced push."""
    if source.cursor is not None:
        try:
            return repository.deployments(since=source.cursor, at=tip), False
        except errors.RepositoryError:
            pass
    found = repository.deployments(at=tip)
    log.keep(session, [(one.app, one.environment, one.commit) for one in found])
    return found, True


def _is_written_to(session: Session, log: EventLog) -> bool:
    """Tell whether this log already has all events of SQL; if not, they must be added to it."""
    name = sha256(log.name.encode()).hexdigest() if log.name else None
    about = session.get(Source, LOG) or Source(name=LOG)
    session.add(about)
    is_same = about.cursor == name or name is None
    about.cursor = name
    return is_same


def _event(one: Deployment) -> dict[str, Any]:
    before, after = one.before, one.after
    return {
        "app": one.app,
        "environment": one.environment,
        "commit": one.commit,
        "at": moment(one.seconds),
        "action": one.action,
        "author": cut(one.author),
        "subject": cut(one.subject),
        "message": cut(one.origin.message, LONG),
        "tag": optional(after.image.tag if after.image else None),
        "digest": optional(after.image.digest if after.image else None),
        "before_tag": optional(before.image.tag if before.image else None),
        "before_digest": optional(before.image.digest if before.image else None),
        "pin": optional(str(after.pin), LONG) if after.pin else None,
        "before_pin": optional(str(before.pin), LONG) if before.pin else None,
        "reason": optional(after.pin.reason, LONG) if after.pin and after.pin != before.pin else None,
        "origin": one.origin.id,
        "origin_author": cut(one.origin.author),
        "build": optional(one.build),
        "build_number": _number(one.build),
        "source": optional(one.source),
        "base": one.base,
        "image_changed": one.image_changed,
    }


def _number(build: str | None) -> int | None:
    """Return the number in a build's text, after the name of its system; None if there is none."""
    words = (build or "").split()
    return whole(words[1], DIGITS) if len(words) > 1 else None


def _add(session: Session, events: Sequence[dict[str, Any]], log: EventLog) -> None:
    """Add events, the oldest first, so that their numbers are in order; existing ones do not change."""
    people = {name: name.casefold() for one in events for name in (one["author"], one["origin_author"])}
    log.add(session, list(reversed(events)))
    add_rows(session, Person, [{"name": name, "folded": cut(folded)} for name, folded in sorted(people.items())])


def _spec(session: Session, spec: Spec, production: Sequence[str]) -> bool:
    """Store the apps and environments of the spec; return whether that changed anything."""
    counted = set(production) or set(list(spec.environments)[-1:])
    environments = [
        {"name": name, "position": position, "production": name in counted}
        for position, name in enumerate(spec.environments)
    ]
    products = {app: name for name, several in spec.products.items() for app in several}
    kept = dict(session.execute(select(App.name, App.attention)).all())
    apps = [
        {
            "name": name,
            "position": position,
            "product": products.get(name),
            "source": _source(spec, name),
            "kind": _kind(spec, name),
            "attention": kept.get(name, 0),
        }
        for position, name in enumerate(spec.apps)
    ]
    changed = _replace(session, Environment, environments)
    return _replace(session, App, apps) or changed


def _source(spec: Spec, app: str) -> str | None:
    """Return the folder that an app is built from; None for one that is built elsewhere."""
    described = spec.described.get(app)
    return described.build.source if described and described.build else None


def _kind(spec: Spec, app: str) -> str:
    """Return the kind of an app in the cluster, as text for users."""
    described = spec.described.get(app)
    if described is None:
        return "Helm chart" if app in spec.charts else "manifests"
    return ", ".join(sorted(described.kinds))


def _replace(session: Session, table: type[App] | type[Environment], rows: Sequence[dict[str, Any]]) -> bool:
    columns = [getattr(table, name) for name in (rows[0] if rows else {"name": None})]
    there = [dict(row._mapping) for row in session.execute(select(*columns).order_by(table.position))]
    if there == list(rows):
        return False
    session.execute(delete(table))
    if rows:
        session.execute(insert(table), list(rows))
    return True


def _cells(session: Session, rows: Iterable[Row], apps: set[str] | None, now: int) -> tuple[str, ...]:
    """Write the changed cells of these apps (None: of all), number the change, and return their apps."""
    wanted = [row for row in rows if apps is None or row.app in apps]
    query = select(Cell) if apps is None else select(Cell).where(Cell.app.in_(apps))
    there = {(cell.app, cell.environment): cell for cell in session.scalars(query)}
    newest = _newest(session, wanted)
    changed: dict[str, None] = {}
    written: list[Cell] = []
    for row in wanted:
        cell = there.pop((row.app, row.environment), None) or Cell(app=row.app, environment=row.environment, version=0)
        session.add(cell)
        about = newest.get((row.app, row.environment, row.commit or ""), {})
        if put(cell, _columns(row) | {"author": about.get("author"), "action": about.get("action")}):
            written.append(cell)
            changed[row.app] = None
    for cell in there.values():
        session.delete(cell)
        changed[cell.app] = None
    number(session, written, changed, now)
    return tuple(changed)


def _newest(session: Session, rows: Sequence[Row]) -> dict[tuple[str, str, str], Any]:
    """Return author and action of each cell's newest commit."""
    commits = sorted({row.commit for row in rows if row.commit})
    found: dict[tuple[str, str, str], Any] = {}
    for start in range(0, len(commits), CHUNK):
        query = select(Event.app, Event.environment, Event.commit, Event.author, Event.origin_author, Event.action)
        for one in session.execute(query.where(Event.commit.in_(commits[start : start + CHUNK]))):
            found[one.app, one.environment, one.commit] = {"author": one.origin_author, "action": one.action}
    return found


def _columns(row: Row) -> dict[str, Any]:
    pin = row.pinned
    return {
        "tag": optional(row.tag),
        "digest": optional(row.digest),
        "commit": row.commit,
        "since": None if row.since is None else moment(row.since),
        "behind": row.behind,
        "behind_by": row.behind_by,
        "ahead": row.ahead,
        "ahead_by": row.ahead_by,
        "pin_since": optional(pin.since) if pin else None,
        "pin_by": optional(pin.by) if pin else None,
        "pin_reason": optional(pin.reason, LONG) if pin else None,
        "problem": optional(row.problem, LONG),
    }


def put(cell: Cell, columns: dict[str, Any]) -> bool:
    """Set columns of a cell; return whether any value changed."""
    different = {name: value for name, value in columns.items() if getattr(cell, name) != value}
    for name, value in different.items():
        setattr(cell, name, value)
    return bool(different) or cell.version == 0


def number(session: Session, cells: Sequence[Cell], apps: Iterable[str], now: int) -> int | None:
    """Give these cells the next change number and return it, and sort the rows of their apps; None without cells."""
    names = list(apps)
    if not names:
        return None
    change = changes.note(session, names, now)
    for cell in cells:
        cell.version = change
    session.flush()
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        of_app: dict[str, list[Cell]] = {}
        for cell in session.scalars(select(Cell).where(Cell.app.in_(part))):
            of_app.setdefault(cell.app, []).append(cell)
        for app, several in of_app.items():
            session.execute(update(App).where(App.name == app).values(attention=attention(several)))
    return change
