"""The board: a row for each app, a column for each environment."""

import time

from flask import Blueprint, render_template, request

from release_board.board import rows
from release_board.board.attention import STATES, State
from release_board.board.freshness import freshness
from release_board.live.etag import conditional
from release_board.store.database import get_database

blueprint = Blueprint("board", __name__)


@blueprint.get("/")
@conditional
def index() -> str:
    """Show the board; `q`, `state`, `product` and `page` filter it, `wall` shows what needs attention in large type."""
    wall = "wall" in request.args
    wanted = rows.Filter(urgent=True) if wall else _filter()
    with get_database().session() as session:
        session.expire_on_commit = False
        found = rows.board(session, wanted)
        heard = freshness(session, int(time.time()))
    return render_template("board.html", board=found, wanted=wanted, heard=heard, wall=wall)


def _filter() -> rows.Filter:
    """Read the filter; what is none of its values counts as not given."""
    chosen = request.args.get("state", "")
    state: State | None = next((name for name in STATES if name == chosen), None)
    page = request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return rows.Filter(request.args.get("q", "").strip()[:100], state, request.args.get("product"), max(1, number))
