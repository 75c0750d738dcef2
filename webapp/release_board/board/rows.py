"""Read the board's rows from `cells`, with two queries for a history of any length."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from release_board.board.attention import STATES, State, attention
from release_board.store.models import App, Cell, Environment

PAGE = 200
# States that no filter hides.
ALWAYS = STATES.index("moving")
URGENT = STATES.index("waiting")


@dataclass(frozen=True)
class Filter:
    """The filter of a user: a part of an app's name, a state, a product; `page` counts from 1.

    `urgent` selects only apps that need attention, and overrides the other filters. Apps of `folded` products are not
    shown.
    """

    text: str = ""
    state: State | None = None
    product: str | None = None
    page: int = 1
    urgent: bool = False
    folded: tuple[str, ...] = ()


@dataclass(frozen=True)
class BoardRow:
    """An app and its cells by environment, for the environments that it is in."""

    app: App
    cells: dict[str, Cell]

    @property
    def state(self) -> State | None:
        """Return the most urgent state of its cells; None for an app without any."""
        return STATES[self.app.attention] if self.app.attention < len(STATES) else None


@dataclass(frozen=True)
class Group:
    """A group of rows: those of a product, or the row of an app without a product."""

    product: str | None
    rows: Sequence[BoardRow]

    @property
    def attention(self) -> int:
        """Return the index in `STATES` of its most urgent row."""
        return min(row.app.attention for row in self.rows)

    @property
    def state(self) -> State | None:
        """Return the most urgent state of its rows."""
        return STATES[self.attention] if self.attention < len(STATES) else None

    def state_in(self, environment: str) -> State | None:
        """Return the most urgent state of its cells in an environment; None if none of its apps is there."""
        cells = [row.cells[environment] for row in self.rows if environment in row.cells]
        return STATES[attention(cells)] if cells else None


@dataclass(frozen=True)
class Board:
    """A page of the board. `counts` counts all apps, `matching` those that match the filter."""

    environments: Sequence[str]
    rows: Sequence[BoardRow]
    counts: dict[State, int]
    apps: int
    matching: int
    page: int
    pages: int

    @property
    def groups(self) -> Sequence[Group]:
        """Return the rows in groups by product; an app without a product is a separate group."""
        parts = groupby(self.rows, key=lambda row: (row.app.product, None if row.app.product else row.app.name))
        return [Group(product, list(some)) for (product, _), some in parts]


def environments(session: Session) -> list[str]:
    """Return the names of the environments in promotion order."""
    return list(session.scalars(select(Environment.name).order_by(Environment.position)))


def board(session: Session, wanted: Filter) -> Board:
    """Return a page of rows, the most urgent first. Failing and progressing rows are always included."""
    of_states, total = counts(session)
    condition = _condition(wanted)
    matching = session.scalar(select(func.count()).select_from(App).where(condition)) or 0
    pages = max(1, -(-matching // PAGE))
    page = min(wanted.page, pages)
    query = _ordered(condition, by_product=not wanted.urgent)
    apps = list(session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))
    return Board(environments(session), with_cells(session, apps), of_states, total, matching, page, pages)


def counts(session: Session) -> tuple[dict[State, int], int]:
    """Return the number of apps by state, and the number of all apps."""
    counted = dict(session.execute(select(App.attention, func.count()).group_by(App.attention)).all())
    return {name: counted.get(number, 0) for number, name in enumerate(STATES)}, sum(counted.values())


def with_cells(session: Session, apps: Sequence[App]) -> list[BoardRow]:
    """Return rows for these apps."""
    cells: dict[str, dict[str, Cell]] = {app.name: {} for app in apps}
    for cell in session.scalars(select(Cell).where(Cell.app.in_(list(cells)))):
        cells[cell.app][cell.environment] = cell
    return [BoardRow(app, cells[app.name]) for app in apps]


def row(session: Session, app: str) -> BoardRow | None:
    """Return the row of an app; None if there is none."""
    found = session.get(App, app)
    return with_cells(session, [found])[0] if found else None


def _ordered(condition: ColumnElement[bool], *, by_product: bool) -> Select[App]:
    """Return a query of apps, the most urgent first; a product is placed by its most urgent app."""
    if not by_product:
        return select(App).where(condition).order_by(App.attention, App.name)
    alone = aliased(App)
    urgent = select(alone.product, func.min(alone.attention).label("attention")).where(alone.product.is_not(None))
    of_product = urgent.group_by(alone.product).subquery()
    place = func.coalesce(of_product.c.attention, App.attention)
    query = select(App).outerjoin(of_product, App.product == of_product.c.product).where(condition)
    return query.order_by(place, func.coalesce(App.product, App.name), App.product.is_(None), App.attention, App.name)


def _condition(wanted: Filter) -> ColumnElement[bool]:
    if wanted.urgent:
        return App.attention <= URGENT
    parts: list[ColumnElement[bool]] = []
    if wanted.text:
        parts.append(App.name.contains(wanted.text.lower(), autoescape=True))
    if wanted.product:
        parts.append(App.product == wanted.product)
    if wanted.state:
        alike = _CONDITIONS.get(wanted.state)
        of_row = App.attention == STATES.index(wanted.state)
        parts.append(of_row if alike is None else App.name.in_(select(Cell.app).where(alike)))
    return or_(and_(*parts), App.attention <= ALWAYS) if parts else true()


# The SQL condition for a cell in each state, independent of its other states.
_CONDITIONS: dict[State, ColumnElement[bool]] = {
    "waiting": Cell.request.is_not(None),
    "pinned": Cell.pin_reason.is_not(None),
    "behind": Cell.behind.is_not(None),
}
