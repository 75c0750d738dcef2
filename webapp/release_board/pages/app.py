"""The page of an app: its releases by environment, and what blocks their promotion."""

import time
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from release_board.board import comparing, matrix
from release_board.board.cell import Position
from release_board.board.comparing import Side, get_differences
from release_board.board.freshness import freshness, read_up_to
from release_board.board.promotion import Answer, get_promotions
from release_board.live.etag import conditional, heard
from release_board.pages import cell as cell_page
from release_board.pages.names import named
from release_board.store.database import get_database
from release_board.store.models import Cell

blueprint = Blueprint("app", __name__)


@blueprint.get("/apps/<app>")
@conditional
def index(app: str) -> str:
    """Show an app; `before` is the start of a page of its releases."""
    start = Position.parsed(request.args.get("before", ""))
    now = int(time.time())
    with get_database().session() as session:
        found = matrix.matrix(session, named(app), start)
        if found is None:
            abort(404, f"There is no app {app}.")
    ways = _ways(found, read_up_to(heard()), now)
    kinds = matrix.KINDS
    return render_template("app.html", page=found, ways=ways, heard=heard(), kinds=kinds, later=start is not None)


@blueprint.get("/apps/<app>/compare")
def compare(app: str) -> ResponseReturnValue:
    """Show the differences between `from` and `to`, each COMMIT:ENVIRONMENT; a form sends them as two values of `cell`.

    Without these parameters, it is the page of an environment with the name `compare`.
    """
    if not request.args.keys() & {"from", "to", "cell"}:
        return cell_page.index(app=app, environment="compare")
    chosen = request.args.getlist("cell")
    if len(chosen) == 2:  # In the order of the page, from top to bottom: the newer one first.
        return redirect(url_for("app.compare", app=named(app)) + "?" + urlencode({"from": chosen[1], "to": chosen[0]}))
    before, after = (Side.parsed(request.args.get(name, "")) for name in ("from", "to"))
    if before is None or after is None:
        abort(400, "Choose two cells: from=COMMIT:ENVIRONMENT and to=COMMIT:ENVIRONMENT.")
    with get_database().session() as session:
        older, newer = comparing.events(session, named(app), (before, after))
        if older is None or newer is None:
            missing = before if older is None else after
            abort(404, f"{app} has no release {missing.commit[:12]} in {named(missing.environment)}.")
        commits = comparing.between(session, app, older, newer)
        sources = freshness(session, int(time.time()))
    found = get_differences().find(app, before, after)
    about = {"app": app, "older": older, "newer": newer, "commits": commits}
    return render_template("difference.html", **about, found=found, heard=sources)


def _ways(found: matrix.Matrix, read: str | None, now: int) -> list[tuple[str, Cell, Answer]]:
    """Return (environment before, cell, state of the promotion) for each environment except the first."""
    pairs = zip(found.environments, found.environments[1:], strict=False)
    there = [(before, found.cells[name]) for before, name in pairs if name in found.cells]
    promotions = get_promotions()
    return [(name, cell, promotions.answer(read, cell, found.cells.get(name), now)) for name, cell in there]
