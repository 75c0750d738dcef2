"""One log line for each request, with an id that connects it to the caller's own logs."""

import logging
import re
import time
import uuid

from flask import Flask, Response, g, request

# Only these ids are accepted, because any client can set the header, and could forge or fill the log.
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
PROBES = {"probe.healthz", "probe.readyz"}

logger = logging.getLogger("release_board.request")


def init_app(app: Flask) -> None:
    """Register the hooks: the first one before a request, and the last one after it."""
    app.before_request(start)
    app.after_request(finish)


def start() -> None:
    """Note the time, and use the caller's request id if it is valid."""
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if SANE_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def finish(response: Response) -> Response:
    """Write the line, without the query string. Successful probes are logged at DEBUG."""
    quiet = request.endpoint in PROBES and response.status_code < 400
    fields = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.started) * 1000, 1),
        "request_id": g.request_id,
    }
    logger.log(logging.DEBUG if quiet else logging.INFO, "request", extra={"fields": fields})
    response.headers["X-Request-Id"] = g.request_id
    return response
