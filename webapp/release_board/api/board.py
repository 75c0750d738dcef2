"""The board as JSON."""

from typing import Any

from flask import Blueprint, request

from release_board.api import shape
from release_board.board import rows
from release_board.board.asked import read
from release_board.live.etag import conditional_data, heard
from release_board.operations.failure import InvalidInput
from release_board.store.database import get_database

blueprint = Blueprint("api_board", __name__, url_prefix="/api")


@blueprint.get("/board")
@conditional_data
def index() -> dict[str, Any]:
    """Return a page of apps with their cells, the most urgent first; `q`, `state` and `product` are filters."""
    wanted, faults = read(request.args)
    if faults:
        raise InvalidInput(faults)
    with get_database().session() as session:
        found = rows.board(session, wanted)
        return {
            "environments": list(found.environments),
            "counts": found.counts,
            "apps": [shape.row(one) for one in found.rows],
            "matching": found.matching,
            "page": found.page,
            "pages": found.pages,
            "heard": shape.heard(heard()),
        }
