"""Change numbers for open pages and ETags: each write of data on pages takes the next number."""

from collections.abc import Iterable

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from release_board.store.models import Change

# Any number is possible, but all releases must use the same one.
LOCK = 0x6368616E
# The number of kept changes, and for how long. A page that was offline for longer is loaded again.
MOST, SECONDS = 5000, 86400


def newest(session: Session) -> int:
    """Return the number of the newest change; 0 if there is none."""
    return session.scalar(select(func.max(Change.id))) or 0


def note(session: Session, apps: Iterable[str], now: int) -> int:
    """Take and return the next number, for a change of data about these apps.

    No other transaction gets a number until this one ends, so that a reader of a number has also seen all lower ones.
    """
    assert session.bind is not None
    if session.bind.dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    change = Change(at=now, apps=" ".join(dict.fromkeys(apps)))
    session.add(change)
    session.flush()
    return change.id


def prune(session: Session, now: int) -> None:
    """Delete old or excess changes, but never the newest; `release_board.live.batch` handles pages that need them."""
    last = newest(session)
    old = or_(Change.at < now - SECONDS, Change.id <= last - MOST)
    session.execute(delete(Change).where(Change.id != last, old))
