"""Former releases of a cell, as targets of a rollback, in the order of their arrival, not of their names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.board.attention import UNRELEASED
from release_board.store.models import Cell, Event

# The largest number of offered releases, and of events that are read for them.
OFFERED = 20
LOOKED_THROUGH = 500
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Former:
    """A former release of a cell: `commit` brought it last, at the time `at`; `by` is its author."""

    tag: str
    digest: str | None
    commit: str
    at: int
    by: str


def offered(session: Session, cell: Cell) -> Sequence[Former]:
    """Return the releases before the present one, the latest first."""
    query = select(Event).where(
        Event.app == cell.app, Event.environment == cell.environment, Event.image_changed.is_(True)
    )
    found: dict[tuple[str, str | None], Former] = {}
    for event in session.scalars(query.order_by(Event.at.desc(), Event.id.desc()).limit(LOOKED_THROUGH)):
        key = (event.tag or "", event.digest)
        if not event.tag or event.tag == UNRELEASED or key == (cell.tag, cell.digest):
            continue
        found.setdefault(key, Former(event.tag, event.digest, event.commit, event.at, event.origin_author))
    return list(found.values())[:OFFERED]


def chosen(session: Session, cell: Cell, commit: str) -> Former | None:
    """Return the release that a commit brought to a cell; None if it is not one of the offered ones."""
    if not COMMIT.fullmatch(commit):
        return None
    return next((one for one in offered(session, cell) if one.commit == commit), None)
