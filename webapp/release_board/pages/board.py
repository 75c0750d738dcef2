"""The board: a row for each app, a column for each environment."""

from functools import partial

from flask import Blueprint, render_template, request

from release_board.board import rows
from release_board.board.asked import query, read, with_folded
from release_board.live.etag import conditional, heard
from release_board.store.database import get_database

blueprint = Blueprint("board", __name__)


@blueprint.get("/")
@conditional
def index() -> str:
    """Show the board; `q`, `state`, `product` and `page` filter it, `folded` hides the apps of products.

    `wall` shows urgent apps in large type.
    """
    wall = "wall" in request.args
    asked, _ = read(request.args, request.args.getlist("folded"))
    wanted = rows.Filter(urgent=True) if wall else asked
    with get_database().session() as session:
        found = rows.board(session, wanted)
    links = {"query": partial(query, wanted), "fold": partial(with_folded, wanted)}
    return render_template("board.html", board=found, wanted=wanted, heard=heard(), wall=wall, **links)
