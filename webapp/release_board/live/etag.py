"""ETags for frequent requests, made from what a response depends on, before anything is read or rendered.

A client that has the response already gets 304. Responses with the same ETag are equal, so they are rendered once for
all clients and cached for some seconds. The cache is compressed. Compression is safe, because cached pages contain no
secrets that the length of a response could reveal.
"""

import gzip
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from flask import Flask, Response, current_app, g, make_response, request

from release_board.access.reading import current
from release_board.board.freshness import Heard, freshness
from release_board.board.kept import Kept, Shared
from release_board.store.changes import newest
from release_board.store.database import Database

# Pages show ages in minutes. This is also the longest time for which a cached page can be out of date.
SECONDS = 60
# Recent times are shown in seconds, and may be wrong by this number of seconds.
KEPT_SECONDS = 10
ROOM = 300
LEVEL = 6

View = Callable[..., Any]


@dataclass(frozen=True)
class Body:
    """The compressed response of a view."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class Stamp:
    """What a response depends on: `tag` is its ETag; `moment` also includes the recent time that it shows."""

    tag: str
    moment: tuple[object, ...]


def init_app(app: Flask) -> None:
    """Create the cache of responses."""
    database: Database = app.extensions["release_board.database"]
    app.extensions["release_board.answers"] = Kept[Body](ROOM)
    app.extensions["release_board.content"] = Shared(partial(_content, database))


def conditional(view: View) -> Callable[..., Response]:
    """Add an ETag to a page whose view only shows numbered data (`store.changes`) and sources.

    The page gets `change`, the newest change before it was read; a stream continues from there.
    `heard` has the sources as they were read then.
    """
    return _conditional(view, exact=False)


def conditional_data(view: View) -> Callable[..., Response]:
    """Add an ETag to data that also changes with each answer of a source."""
    return _conditional(view, exact=True)


def _conditional(view: View, *, exact: bool) -> Callable[..., Response]:
    @wraps(view)
    def answer(**values: Any) -> Response:
        stamp = _stamp(exact=exact)
        if request.if_none_match.contains_weak(stamp.tag):
            response = Response(status=304)
        else:
            kept: Kept[Body] = current_app.extensions["release_board.answers"]
            response = _response(kept.made(stamp, lambda: _body(make_response(view(**values)))))
        response.set_etag(stamp.tag, weak=True)
        response.vary.update(("Accept-Encoding", "Cookie"))
        return response

    return answer


def heard() -> dict[str, Heard]:
    """Return the sources as they were read for this answer's ETag, in a view that has one."""
    found: dict[str, Heard] = g.heard
    return found


def _content(database: Database) -> tuple[int, dict[str, Heard]]:
    """Read the newest change and what the sources say: two queries, however long the history is."""
    with database.session() as session:
        return newest(session), freshness(session, int(time.time()))


def _stamp(*, exact: bool) -> Stamp:
    """Return what the response to this request depends on."""
    now = int(time.time())
    content: Shared[tuple[int, dict[str, Heard]]] = current_app.extensions["release_board.content"]
    change, sources = content.get()
    g.change, g.heard = change, sources
    said = [(one.name, one.problem, one.stale, one.cursor) for one in sources.values()]
    times = tuple(one.heard for one in sources.values())
    release = current_app.extensions["release_board.settings"].version
    known = current()
    reader = (known.label, sorted(known.groups)) if known else None
    seen = (change, said, times if exact else None, now // SECONDS, request.full_path, release, reader)
    return Stamp(hashlib.sha256(repr(seen).encode()).hexdigest()[:32], (times, now // KEPT_SECONDS))


def _body(response: Response) -> Body:
    return Body(gzip.compress(response.get_data(), LEVEL, mtime=0), response.content_type)


def _response(body: Body) -> Response:
    response = Response(body.content, content_type=body.content_type)
    if request.accept_encodings.quality("gzip") > 0:
        response.content_encoding = "gzip"
    else:
        response.set_data(gzip.decompress(body.content))
    return response
