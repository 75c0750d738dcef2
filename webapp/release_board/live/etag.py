"""Answer a page that has not changed with 304, before anything of it is read or rendered."""

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, g, make_response, request

from release_board.access.reading import current
from release_board.board.freshness import freshness
from release_board.live.batch import newest
from release_board.store.database import get_database

# Pages say how long ago things were, in minutes.
SECONDS = 60


def conditional(view: Callable[..., Any]) -> Callable[..., Response]:
    """Give a page an ETag, of a view that shows nothing but cells, events and sources.

    The page gets `change`, the newest change before it was read, behind which a stream brings it up to date.
    """

    @wraps(view)
    def answer(**values: Any) -> Response:
        tag = _tag()
        known = request.if_none_match.contains_weak(tag)
        response = Response(status=304) if known else make_response(view(**values))
        if response.status_code in {200, 304}:
            response.set_etag(tag, weak=True)
            response.vary.update(("Accept", "Cookie"))
        return response

    return answer


def _tag() -> str:
    """Return what a page depends on, made short: two queries, however long the history is."""
    now = int(time.time())
    with get_database().session() as session:
        change, sources = newest(session), freshness(session, now)
    g.change = change
    said = [(one.name, one.problem, one.stale) for one in sources.values()]
    release = current_app.extensions["release_board.settings"].version
    known = current()
    reader = (known.label, sorted(known.groups)) if known else None, sorted(request.cookies.items())
    seen = (change, said, now // SECONDS, request.full_path, request.headers.get("Accept"), release, reader)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]
