"""Find a commit, build, tag or person, as JSON."""

from typing import Any

from flask import Blueprint, request

from release_board.access import limits
from release_board.board import finding
from release_board.board.finding import Place, Release
from release_board.live.etag import conditional
from release_board.operations.failure import InvalidInput
from release_board.store.database import get_database

blueprint = Blueprint("api_finding", __name__, url_prefix="/api")

LONGEST = 100


@blueprint.get("/find")
@limits.limiter.limit(limits.FIND)
@conditional
def find() -> dict[str, Any]:
    """Return the releases that a text names, where they are, and since when."""
    text, after = request.args.get("q", ""), request.args.get("after", "")
    long = {
        name: f"must be at most {LONGEST} characters"
        for name in ("q", "after")
        if len(request.args.get(name, "")) > LONGEST
    }
    if long:
        raise InvalidInput(long)
    with get_database().session() as session:
        found = finding.find(session, text, after.replace("\0", ""))
        return {
            "text": found.text,
            "exact": [_release(one) for one in found.exact],
            "alike": [_release(one) for one in found.alike],
            "more_alike": found.more_alike,
            "people": [*([found.person] if found.person else []), *found.people],
            "after": found.after,
        }


def _release(one: Release) -> dict[str, Any]:
    places = [_place(place) for place in one.places]
    return {"app": one.app, "tag": one.tag, "digest": one.digest, "because": list(one.why), "environments": places}


def _place(one: Place) -> dict[str, Any]:
    return {
        "environment": one.environment,
        "standing": one.standing,
        "since": one.cell.since if one.cell is not None and one.standing == "has it" else None,
        "first": one.first.at if one.first is not None else None,
        "replaced": one.replaced.at if one.replaced is not None else None,
    }
