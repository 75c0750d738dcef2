"""The board: a row for each app, a column for each environment."""

import time

from flask import Blueprint, render_template, request

from release_board.board import rows
from release_board.board.attention import STATES, State
from release_board.board.freshness import freshness
from release_board.live.etag import conditional
from release_board.store.database import get_database
from release_board.store.texts import whole

blueprint = Blueprint("board", __name__)


@blueprint.get("/")
@conditional
def index() -> str:
    """Show the board; `q`, `state`, `product` and `page` filter it, `wall` shows what needs attention in large type."""
    wall = "wall" in request.args
    wanted = rows.Filter(urgent=True) if wall else _filter()
    with get_database().session() as session:
        found = rows.board(session, wanted)
        heard = freshness(session, int(time.time()))
    return render_template("board.html", board=found, wanted=wanted, heard=heard, wall=wall)


def _filter() -> rows.Filter:
    """Read the filter; what is none of its values counts as not given."""
    chosen = request.args.get("state", "")
    state: State | None = next((name for name in STATES if name == chosen), None)
    number = whole(request.args.get("page"), 5) or 1
    return rows.Filter(request.args.get("q", "").strip()[:100], state, request.args.get("product"), number)
