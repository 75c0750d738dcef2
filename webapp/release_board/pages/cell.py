"""The page of a cell: one app in one environment."""

import time

from flask import Blueprint, abort, render_template, request

from release_board.board import cell
from release_board.board.freshness import read_up_to
from release_board.board.promotion import get_promotions
from release_board.live.etag import conditional, heard
from release_board.pages.names import named
from release_board.sources.live import runs
from release_board.store.database import get_database

blueprint = Blueprint("cell", __name__)


@blueprint.get("/apps/<app>/<environment>")
@conditional
def index(app: str, environment: str) -> str:
    """Show a cell; `before` is the start of a page of its history."""
    start = cell.Position.parsed(request.args.get("before", ""))
    with get_database().session() as session:
        found = cell.cell_page(session, named(app), named(environment), start)
        if found is None:
            abort(404, f"There is no {app} in {environment}.")
        now = int(time.time())
    answer = None
    if found.environments and found.environments[0] != environment:
        answer = get_promotions().answer(read_up_to(heard()), found.cell, found.before, now)
    return render_template(
        "cell.html",
        page=found,
        one=found.cell,
        heard=heard(),
        later=start is not None,
        answer=answer,
        runs=runs(found.cell),
        mark=cell.mark,
        reason=cell.reason,
    )
