"""Open requests as JSON: who has to act next, their age, and the images that they would move."""

from typing import Any

from flask import Blueprint, request, url_for

from release_board.api import shape
from release_board.board.waiting import Place, just_opened, turn, waiting
from release_board.live.etag import conditional_data, heard
from release_board.operations.failure import InvalidInput
from release_board.pages.links import safe_url
from release_board.store.database import get_database
from release_board.store.models import Request

blueprint = Blueprint("api_waiting", __name__, url_prefix="/api")

PAGE = 100
PLAIN = (
    "number", "title", "environment", "author", "created", "seen", "draft", "reviewers", "approvers", "decision",
    "checks", "ready", "mergeable",
)  # fmt: skip


@blueprint.get("/waiting")
@conditional_data
def index() -> dict[str, Any]:
    """Return a page of open requests, the oldest first; `requests` is null if the forge has never answered."""
    text = request.args.get("after", "")
    start = Place.parsed(text) if text else None
    if text and start is None:
        raise InvalidInput({"after": "must be what `next` of the page before had"})
    with get_database().session() as session:
        found = waiting(session, start, PAGE + 1)
        opened = [] if start else just_opened(session)
    forge = heard().get("forge")
    page = found[:PAGE]
    following = url_for(".index", after=str(Place.of(page[-1]))) if len(found) > PAGE else None
    known = forge is not None and forge.heard is not None
    return {
        "requests": [_request(one) for one in page] if known else None,
        "just_opened": [
            {"app": one.app, "environment": one.environment, "url": safe_url(one.request)} for one in opened
        ],
        "heard": shape.heard(heard()),
        "next": following,
    }


def _request(one: Request) -> dict[str, Any]:
    next_one = turn(one)
    moves = [
        {"app": app, "before": was, "after": will}
        for app in one.apps
        for was, will in [one.moves.get(app) or (None, None)]
    ]
    whose = {"who": next_one.who, "names": list(next_one.names), "why": next_one.why}
    return {**{name: getattr(one, name) for name in PLAIN}, "url": safe_url(one.url), "moves": moves, "turn": whose}
