"""All open requests: who has to act next, their age, and the images that they would move."""

from flask import Blueprint, render_template

from release_board.board.waiting import just_opened, turn, waiting
from release_board.live.etag import conditional, heard
from release_board.store.database import get_database

blueprint = Blueprint("waiting", __name__)


@blueprint.get("/waiting")
@conditional
def index() -> str:
    """Show open requests, the oldest first."""
    with get_database().session() as session:
        found, opened = waiting(session), just_opened(session)
    return render_template("waiting.html", found=found, opened=opened, turn=turn, heard=heard())
