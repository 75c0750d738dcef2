"""The page of an app: its releases by environment, and what holds it up between two of them."""

import time

from flask import Blueprint, abort, render_template, request

from release_board.board import matrix
from release_board.board.cell import Position, read_up_to
from release_board.board.freshness import freshness
from release_board.board.promotion import Answer, get_promotions
from release_board.pages.names import named
from release_board.store.database import get_database
from release_board.store.models import Cell

blueprint = Blueprint("app", __name__)


@blueprint.get("/apps/<app>")
def index(app: str) -> str:
    """Show an app; `before` is where a page of its releases begins."""
    start = Position.parsed(request.args.get("before", ""))
    now = int(time.time())
    with get_database().session() as session:
        session.expire_on_commit = False
        found = matrix.matrix(session, named(app), start)
        if found is None:
            abort(404, f"There is no app {app}.")
        heard, read = freshness(session, now), read_up_to(session)
    ways = _ways(found, read, now)
    kinds = matrix.KINDS
    return render_template("app.html", page=found, ways=ways, heard=heard, kinds=kinds, later=start is not None)


def _ways(found: matrix.Matrix, read: str | None, now: int) -> list[tuple[str, Cell, Answer]]:
    """Return what each environment but the first waits for, with the one before it."""
    pairs = zip(found.environments, found.environments[1:], strict=False)
    there = [(before, found.cells[name]) for before, name in pairs if name in found.cells]
    promotions = get_promotions()
    return [(name, cell, promotions.answer(read, cell, found.cells.get(name), now)) for name, cell in there]
