"""Updates of open pages: a stream of events, and a URL that browsers poll if there is no room for a stream."""

import hashlib
import time

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.exceptions import ServiceUnavailable

from release_board.board.freshness import freshness
from release_board.live.hub import FullError, Hub
from release_board.store.changes import newest
from release_board.store.database import get_database
from release_board.store.texts import whole

blueprint = Blueprint("live", __name__)
RETRY_SECONDS = 10
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


@blueprint.get("/events")
def events() -> Response:
    """Send changes as they happen, after the one in `Last-Event-ID` or `after`."""
    hub: Hub = current_app.extensions["release_board.live"]
    resumed = whole(request.headers.get("Last-Event-ID"), 18)
    try:
        stream = hub.open(resumed if resumed is not None else whole(request.args.get("after"), 18))
    except FullError:
        raise ServiceUnavailable(
            "There is no room for another stream. Ask again later.", retry_after=RETRY_SECONDS
        ) from None
    return Response(stream, mimetype="text/event-stream", headers=HEADERS)


@blueprint.get("/heard")
def heard() -> Response:
    """Return the newest change, and when each source last answered; browsers without a stream poll this."""
    with get_database().session() as session:
        change, sources = newest(session), freshness(session, int(time.time()))
    response = Response(render_template("_heard.html", heard=sources), headers={"X-Change": str(change)})
    said = [(one.name, one.heard, one.problem, one.stale) for one in sources.values()]
    response.set_etag(hashlib.sha256(repr((change, said)).encode()).hexdigest()[:32], weak=True)
    response.make_conditional(request)
    return response
