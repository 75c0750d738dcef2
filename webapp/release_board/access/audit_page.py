"""The audit log as a page, for users who may act in any environment."""

from flask import Blueprint, render_template, request

from release_board.access import audit
from release_board.access.reading import require_promoter
from release_board.store.database import get_database
from release_board.store.texts import whole

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
def index() -> str:
    """Show a page of the log; `before` is the number of the oldest entry on the previous page."""
    require_promoter()
    before = whole(request.args.get("before"), 15)
    with get_database().session() as session:
        found = audit.entries(session, before)
    older = found[-1].id if len(found) == audit.PAGE else None
    return render_template("audit.html", entries=found, older=older)
