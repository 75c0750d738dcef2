"""Store what the forge and the cluster say, beside what git says."""

from generator import LiveState
from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.sources.importing import number, put
from release_board.store.models import Cell, Source

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
    number(session, written, changed, now)
    problem = "; ".join(found.notes) or None
    names = [FORGE, *([CLUSTER] if found.running is not None else [])]
    for name in names:
        source = session.get(Source, name) or Source(name=name)
        session.add(source)
        source.asked, source.problem = now, problem
        source.heard = now if problem is None else source.heard
    return tuple(changed)
