"""The numbers that open pages and ETags go by: each write of what a page shows takes the next one."""

from collections.abc import Iterable

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from release_board.store.models import Change

# Any number will do, as long as all releases use the same one.
LOCK = 0x6368616E
# So many are kept, and for so long. Whoever was away for longer loads the page again.
MOST, SECONDS = 5000, 86400


def newest(session: Session) -> int:
    """Return the number of the newest change; 0 if there is none."""
    return session.scalar(select(func.max(Change.id))) or 0


def note(session: Session, apps: Iterable[str], now: int) -> int:
    """Take the next number, for a change of what is shown of these apps.

    Until the transaction ends nobody else gets one, so that whoever has seen a number has seen all below it.
    """
    assert session.bind is not None
    if session.bind.dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    change = Change(at=now, apps=" ".join(dict.fromkeys(apps)))
    session.add(change)
    session.flush()
    return change.id


def prune(session: Session, now: int) -> None:
    """Delete what is too old or too much, but never the newest; `release_board.live.batch` tells whom that concerns."""
    last = newest(session)
    old = or_(Change.at < now - SECONDS, Change.id <= last - MOST)
    session.execute(delete(Change).where(Change.id != last, old))
