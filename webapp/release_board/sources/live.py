"""Store the data of the forge and the cluster, in addition to that of git."""

from collections.abc import Sequence

from generator import LiveState, OpenRequest
from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.sources.importing import number, put
from release_board.store import changes
from release_board.store.event_log import EventLog
from release_board.store.models import NAME, App, Cell, Event, Request, Source
from release_board.store.texts import cut, optional

FORGE = "forge"
CLUSTER = "cluster"
# The largest number of open requests; these are the newest ones of the forge.
REQUESTS = 200


def store(session: Session, found: LiveState, now: int, log: EventLog) -> tuple[str, ...]:
    """Write changes to the cells, and return their apps. Data of a source that was not asked stays."""
    changed: dict[str, None] = {}
    written: list[Cell] = []
    for cell in session.scalars(select(Cell)):
        key = (cell.app, cell.environment)
        # If the forge has not answered, no request counts as closed.
        request = cell.request if found.open is None else found.requests.get(key)
        columns: dict[str, object] = {"request": request}
        if request != cell.request:
            columns["request_since"] = now if request else None
        if found.running is not None:
            running = found.running.get(key)
            columns |= {
                "live_sync": running.sync if running else None,
                "live_health": running.health if running else None,
                "live_revision": running.revision if running else None,
                "live_images": "\n".join(running.images) if running else None,
                "live_url": running.url if running else None,
            }
        if put(cell, columns):
            written.append(cell)
            changed[cell.app] = None
            if runs(cell):
                _note_running(session, cell, now, log)
    moved = None if found.open is None else _store_requests(session, found.open, now)
    changed |= dict.fromkeys(moved or ())
    if number(session, written, changed, now) is None and moved is not None:
        changes.note(session, (), now)
    _note_sources(session, found, now)
    return tuple(changed)


def _note_sources(session: Session, found: LiveState, now: int) -> None:
    """Write when each source has answered. One that was never asked has no row: pages call its data unknown."""
    asked = {FORGE: found.open is not None, CLUSTER: found.running is not None}
    problems = {FORGE: found.forge_problem, CLUSTER: found.cluster_problem}
    for name, problem in problems.items():
        if not asked[name] and problem is None:
            continue
        source = session.get(Source, name) or Source(name=name)
        session.add(source)
        source.asked, source.problem = now, problem
        source.heard = now if problem is None else source.heard


def _store_requests(session: Session, found: Sequence[OpenRequest], now: int) -> Sequence[str] | None:
    """Write the open requests, and remove those that are no longer open.

    Return the apps of changed requests; None if nothing has changed.
    """
    apps: list[str] = []
    moved = False
    there = {one.number: one for one in session.scalars(select(Request))}
    for one in found[:REQUESTS]:
        request = there.pop(one.number, None) or Request(number=one.number, seen=now)
        session.add(request)
        about = one.review
        request.url, request.title = cut(one.url), cut(one.title)
        request.environment, request.apps = one.environment[:NAME], list(one.apps)
        request.moves = {app: [cut(was), cut(will)] for app, (was, will) in one.moves.items()}
        request.author, request.created, request.draft = optional(about.author), about.created, about.draft
        request.reviewers = None if about.reviewers is None else [cut(name) for name in about.reviewers]
        request.approvers = None if about.approvers is None else [cut(name) for name in about.approvers]
        request.decision, request.checks = about.decision, about.checks
        request.ready, request.mergeable = about.ready, one.mergeable
        if session.is_modified(request):
            apps += one.apps
            moved = True
    for gone in there.values():
        apps += gone.apps
        session.delete(gone)
        moved = True
    known = set(session.scalars(select(App.name).where(App.name.in_(apps)))) if apps else set()
    return [name for name in apps if name in known] if moved else None


def runs(cell: Cell) -> bool:
    """Tell whether the cluster runs the image of git and reports it as healthy."""
    if cell.live_health != "Healthy" or cell.live_sync != "Synced" or not cell.live_images:
        return False
    images = [_parts(image) for image in cell.live_images.split("\n")]
    if cell.digest:
        return any(digest == cell.digest for _, digest in images)
    return any(tag == cell.tag for tag, _ in images)


def _parts(image: str) -> tuple[str | None, str | None]:
    """Return the tag and the digest of an image reference."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return tag or None, digest or None


def _note_running(session: Session, cell: Cell, now: int, log: EventLog) -> None:
    """Store since when the cluster runs the image of a cell's newest event."""
    query = select(Event).where(Event.app == cell.app, Event.environment == cell.environment, Event.image_changed)
    newest = session.scalar(query.order_by(Event.at.desc(), Event.id.desc()).limit(1))
    if newest is not None and newest.running is None:
        # Clocks of machines differ, but an image cannot run before it is in git.
        log.ran(newest, max(now, newest.at))
