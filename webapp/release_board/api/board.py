"""The board as JSON."""

import time
from typing import Any

from flask import Blueprint, request

from release_board.api import shape
from release_board.board import rows
from release_board.board.attention import STATES
from release_board.board.freshness import freshness
from release_board.operations.failure import InvalidInput
from release_board.store.database import get_database
from release_board.store.texts import whole

blueprint = Blueprint("api_board", __name__, url_prefix="/api")

LARGEST_PAGE = 99_999


@blueprint.get("/board")
def index() -> dict[str, Any]:
    """Return a page of apps with their cells, what needs attention first; `q`, `state` and `product` filter it."""
    wanted = _filter()
    with get_database().session() as session:
        found = rows.board(session, wanted)
        return {
            "environments": list(found.environments),
            "counts": found.counts,
            "apps": [shape.row(one) for one in found.rows],
            "matching": found.matching,
            "page": found.page,
            "pages": found.pages,
            "heard": shape.heard(freshness(session, int(time.time()))),
        }


def _filter() -> rows.Filter:
    """Read the filter. Raises InvalidInput with every value that is none."""
    faults: dict[str, str] = {}
    text, page, chosen = (request.args.get(name, "") for name in ("q", "page", "state"))
    if len(text) > 100:
        faults["q"] = "must be at most 100 characters"
    if chosen and chosen not in STATES:
        faults["state"] = f"must be one of {', '.join(STATES)}"
    number = whole(page, 5)
    if page and not number:
        faults["page"] = f"must be a whole number from 1 to {LARGEST_PAGE}"
    if faults:
        raise InvalidInput(faults)
    state = next((name for name in STATES if name == chosen), None)
    return rows.Filter(text.strip(), state, request.args.get("product"), number or 1)
