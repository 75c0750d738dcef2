"""The audit log as a page, for those who may act somewhere."""

from flask import Blueprint, render_template, request

from release_board.access import audit
from release_board.access.reading import require_promoter
from release_board.store.database import get_database

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
def index() -> str:
    """Show a page of the log; `before` is the number of the oldest entry of the page before it."""
    require_promoter()
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    with get_database().session() as session:
        session.expire_on_commit = False
        found = audit.entries(session, before)
    older = found[-1].id if len(found) == audit.PAGE else None
    return render_template("audit.html", entries=found, older=older)
