"""Store what the forge and the cluster say, beside what git says."""

from generator import LiveState
from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.sources.importing import number, put
from release_board.store.models import Cell, Event, Source

FORGE = "forge"
CLUSTER = "cluster"


def store(session: Session, found: LiveState, now: int) -> tuple[str, ...]:
    """Write what has changed into the cells, and return their apps. What was not asked stays as it is known."""
    changed: dict[str, None] = {}
    written: list[Cell] = []
    for cell in session.scalars(select(Cell)):
        key = (cell.app, cell.environment)
        request = found.requests.get(key)
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
                _note_running(session, cell, now)
    number(session, written, changed, now)
    problem = "; ".join(found.notes) or None
    names = [FORGE, *([CLUSTER] if found.running is not None else [])]
    for name in names:
        source = session.get(Source, name) or Source(name=name)
        session.add(source)
        source.asked, source.problem = now, problem
        source.heard = now if problem is None else source.heard
    return tuple(changed)


def runs(cell: Cell) -> bool:
    """Tell whether the cluster runs what git says, and says that it is healthy."""
    if cell.live_health != "Healthy" or cell.live_sync != "Synced" or not cell.live_images:
        return False
    images = [_parts(image) for image in cell.live_images.split("\n")]
    if cell.digest:
        return any(digest == cell.digest for _, digest in images)
    return any(tag == cell.tag for tag, _ in images)


def _parts(image: str) -> tuple[str | None, str | None]:
    """Return the tag and the digest of a reference."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return tag or None, digest or None


def _note_running(session: Session, cell: Cell, now: int) -> None:
    """Store since when the cluster has been seen to run the image that the newest event of a cell brought."""
    query = select(Event).where(Event.app == cell.app, Event.environment == cell.environment, Event.image_changed)
    newest = session.scalar(query.order_by(Event.at.desc(), Event.id.desc()).limit(1))
    if newest is not None and newest.running is None:
        # The clocks of two machines differ: nothing runs before git has it.
        newest.running = max(now, newest.at)
