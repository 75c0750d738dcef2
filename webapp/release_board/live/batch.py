"""Read the changes since a change's number, as events that update an open page.

The events of rows have no id. Only the last event of a batch has one, so that a browser which loses the connection
in the middle requests the whole batch again.
"""

import json
from dataclasses import dataclass

from flask import render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from release_board.board import rows
from release_board.board.attention import STATES
from release_board.board.freshness import Heard
from release_board.live.message import event
from release_board.store.models import App, Change

# With more changed apps, the browser loads the whole page again.
APPS = 100


@dataclass(frozen=True)
class Batch:
    """The events from change `after` to change `to`."""

    after: int
    to: int
    text: bytes


def read(session: Session, after: int) -> Batch | None:
    """Return the events after change `after`; None if there are none. Each app's row is sent once, as it is now.

    An unknown number (after a database was restored) or an old one leads to `reload`.
    """
    oldest, to = session.execute(select(func.min(Change.id), func.max(Change.id))).one()
    oldest, to = oldest or 1, to or 0
    if after == to:
        return None
    if after > to or after < oldest - 1:
        return _reload(session, after, to)
    names: dict[str, None] = {}
    for apps in session.scalars(select(Change.apps).where(Change.id > after, Change.id <= to).order_by(Change.id)):
        names.update(dict.fromkeys(apps.split()))
        if len(names) > APPS:
            return _reload(session, after, to)
    return Batch(after, to, _rows(session, list(names)) + event("changed", _summary(session, after, to, names), to))


def _rows(session: Session, names: list[str]) -> bytes:
    there = {app.name: app for app in session.scalars(select(App).where(App.name.in_(names)))}
    environments = rows.environments(session)
    found = rows.with_cells(session, [there[name] for name in names if name in there])
    parts = [event("row", render_template("_live_row.html", one=one, environments=environments)) for one in found]
    return b"".join([*parts, *[event("gone", name) for name in names if name not in there]])


def _reload(session: Session, after: int, to: int) -> Batch:
    return Batch(after, to, event("reload", _summary(session, after, to, {}), to))


def _summary(session: Session, after: int, to: int, names: dict[str, None]) -> str:
    """Return as JSON the range of a batch's changes, its apps, and the number of apps by state."""
    counted = dict(session.execute(select(App.attention, func.count()).group_by(App.attention)).all())
    counts = {state: counted.get(number, 0) for number, state in enumerate(STATES)}
    return json.dumps({"after": after, "to": to, "apps": list(names), "counts": counts})


def heard(sources: dict[str, Heard]) -> bytes:
    """Return the event with the time at which each source last answered."""
    return event("heard", render_template("_heard.html", heard=sources))
