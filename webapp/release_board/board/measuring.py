"""Delivery metrics of apps in a window, cached until one of their inputs changes."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from release_board.board.kept import Kept
from release_board.board.recent import Wish, histories
from release_board.metrics import Report, Window, measure, report, view
from release_board.metrics.view import View
from release_board.metrics.weeks import DAY, day_of
from release_board.pictures import year
from release_board.store.models import App, Cell, Declaration, Environment, Incident, SourceRange

DAYS = (7, 30, 90, 365)
# How many days the pictures of deployments show at most.
PICTURED = 30
PAGE = 50
HOUR = 3600

Value = TypeVar("Value")
Stamp = tuple[Hashable, ...]


@dataclass(frozen=True)
class Asked:
    """A request for metrics: the number of days up to `now`, including today, and whether a tool reports incidents."""

    days: int
    now: int
    incident_tool: bool

    @property
    def window(self) -> Window:
        """Return the window; it ends after this second."""
        return Window(day_of(self.now) - (self.days - 1) * DAY, self.now + 1)

    @property
    def lately(self) -> Window:
        """Return the part of the window whose deployments are drawn one by one."""
        return Window(max(self.window.begin, day_of(self.now) - (PICTURED - 1) * DAY), self.window.end)

    @property
    def year(self) -> Window:
        """Return this year, as far as it has come."""
        return year(datetime.fromtimestamp(self.now, UTC).year, self.window.end)


@dataclass(frozen=True)
class Measured:
    """The metrics of an app. `environments` has all environments of the board, in promotion order."""

    view: View
    report: Report
    environments: tuple[str, ...]


@dataclass(frozen=True)
class Table(Generic[Value]):
    """A page of apps, by name, with a value from each app's metrics."""

    rows: Sequence[tuple[str, Value]]
    production: Sequence[str]
    page: int
    pages: int
    apps: int


def table(
    session: Session, asked: Asked, page: int, kept: Kept[Value], make: Callable[[Report], Value]
) -> Table[Value]:
    """Return a page of the table. Only changed apps are read and measured."""
    count = session.scalar(select(func.count()).select_from(App)) or 0
    pages = max(1, -(-count // PAGE))
    page = min(page, pages)
    names = list(session.scalars(select(App.name).order_by(App.name).offset((page - 1) * PAGE).limit(PAGE)))
    _, production = _environments(session)
    keys = _keys(session, names, asked, production)
    found = {app: kept.get(key) for app, key in keys.items()}
    missing = [app for app, value in found.items() if value is None]
    if missing:
        wish = Wish(asked.window.begin, production)
        for app, known in histories(session, missing, wish, incident_tool=asked.incident_tool).items():
            found[app] = kept.put(keys[app], make(measure(known, app, production, asked.window)))
    rows = [(app, value) for app, value in found.items() if value is not None]
    return Table(rows, production, page, pages, count)


def measured(
    session: Session, app: str, asked: Asked, kept: Kept[Value], make: Callable[[Measured], Value]
) -> Value | None:
    """Return a value that `make` computes from an app's metrics and their inputs; None for an unknown app."""
    if session.get(App, app) is None:
        return None
    environments, production = _environments(session)

    def anew() -> Value:
        begin = min(asked.window.begin, asked.year.begin)
        wish = Wish(begin, production, environments, asked.lately.begin)
        known = histories(session, [app], wish, incident_tool=asked.incident_tool)[app]
        seen = view(known, app, production, asked.window)
        return make(Measured(seen, report(seen), environments))

    return kept.made(_keys(session, [app], asked, production)[app], anew)


def _environments(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return all environments, and those that count as production."""
    rows = session.execute(select(Environment.name, Environment.production).order_by(Environment.position)).all()
    return tuple(row.name for row in rows), tuple(row.name for row in rows if row.production)


def _keys(session: Session, apps: Sequence[str], asked: Asked, production: Sequence[str]) -> dict[str, Hashable]:
    """Return the cache keys of the apps' metrics. A key changes if the metrics may differ, and every hour."""
    counts: tuple[Any, ...] = (
        select(Cell.app, func.count(), func.max(Cell.version)).where(Cell.app.in_(apps)).group_by(Cell.app),
        select(SourceRange.app, func.count(), func.count(SourceRange.unknown))
        .where(SourceRange.app.in_(apps))
        .group_by(SourceRange.app),
        select(Declaration.app, Declaration.kind, func.max(Declaration.id), func.sum(Declaration.at))
        .where(Declaration.app.in_(apps))
        .group_by(Declaration.app, Declaration.kind)
        .order_by(Declaration.app, Declaration.kind),
        select(Incident.app, func.count(), func.count(Incident.resolved))
        .where(Incident.app.in_(apps))
        .group_by(Incident.app),
    )
    stamps: dict[str, list[Hashable]] = {app: [] for app in apps}
    for number, query in enumerate(counts):
        for app, *values in session.execute(query):
            stamps[app].append((number, *values))
    about = (asked.days, asked.now // HOUR, asked.incident_tool, tuple(production))
    return {app: (app, about, tuple(stamp)) for app, stamp in stamps.items()}
