"""Badges: a small picture of an environment's release, for a README."""

import time

from flask import Blueprint, Response, render_template

from release_board.board.attention import state
from release_board.board.freshness import freshness
from release_board.pages.names import named
from release_board.store.database import get_database
from release_board.store.models import Cell

blueprint = Blueprint("badge", __name__)

# The approximate width of a character, and the space around a text.
CHARACTER, AROUND = 6.6, 12
LONGEST = 40
MARKS = {"failing": "✖ ", "moving": "◐ ", "waiting": "⇄ ", "pinned": "⚑ ", "behind": "▲ ", "settled": "", "new": ""}


@blueprint.get("/badges/<app>/<environment>.svg")
def badge(app: str, environment: str) -> Response:
    """Return an image with an app's tag and state in an environment; with `unknown` if there is no such cell."""
    with get_database().session() as session:
        cell = session.get(Cell, (named(app), named(environment)))
        heard = freshness(session, int(time.time())).get("git")
        found = state(cell) if cell is not None else None
        right = f"{MARKS[found]}{cell.tag or 'none'}" if cell is not None and found else "unknown"
    if heard is None or heard.stale:
        found, right = None, f"{right}?" if right != "unknown" else right
    left = f"{app} {environment}"
    texts = [text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…" for text in (left, right)]
    widths = [round(len(text) * CHARACTER + AROUND) for text in texts]
    svg = render_template("badge.svg", left=texts[0], right=texts[1], widths=widths, state=found or "unknown")
    return Response(svg, mimetype="image/svg+xml", headers={"Cache-Control": "max-age=60"})
