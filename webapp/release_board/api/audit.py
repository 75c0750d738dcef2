"""The audit log as JSON, for users who may act in any environment."""

from typing import Any

from flask import Blueprint, request, url_for

from release_board.access import audit
from release_board.access.reading import require_promoter
from release_board.operations.failure import InvalidInput
from release_board.store.database import get_database
from release_board.store.texts import whole

blueprint = Blueprint("api_audit", __name__, url_prefix="/api")

COLUMNS = ("id", "at", "who", "action", "app", "environment", "detail", "outcome", "request_id")


@blueprint.get("/audit")
def index() -> dict[str, Any]:
    """Return a page of the log, the newest first; `next` is the URL of the following page."""
    require_promoter()
    text = request.args.get("before")
    before = whole(text, 15)
    if text and before is None:
        raise InvalidInput({"before": "must be the id of an entry"})
    with get_database().session() as session:
        found = audit.entries(session, before)
    following = url_for(".index", before=found[-1].id) if len(found) == audit.PAGE else None
    return {"entries": [{name: getattr(one, name) for name in COLUMNS} for one in found], "next": following}
