"""Error responses with a request id and without internal details: a page for browsers, JSON for other clients.

{"status": 400, "title": "Bad Request", "detail": "…", "fields": {"stock": "must be …"}, "request_id": "…"}
"""

import logging
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable

from release_board.store.event_log import LogUnavailable

logger = logging.getLogger("release_board.failure")


class InvalidInput(BadRequest):
    """Input that breaks a rule; `fields` maps each bad field to what it must be."""

    description = "Some fields are not valid."

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__()
        self.fields = fields


def init_app(app: Flask) -> None:
    """Register the error handlers; Flask converts other exceptions to a 500."""
    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(OperationalError, answer_unavailable)
    app.register_error_handler(PoolTimeoutError, answer_unavailable)
    settings = app.extensions["release_board.settings"]
    app.register_error_handler(LogUnavailable, answer_without_log)
    if settings.database_secret:
        from botocore.exceptions import BotoCoreError, ClientError

        app.register_error_handler(BotoCoreError, answer_unavailable)
        app.register_error_handler(ClientError, answer_unavailable)


def answer(error: HTTPException) -> Response:
    """Return the response to an HTTP error, with the headers of its status, such as `Allow` with 405."""
    body: dict[str, Any] = {"status": error.code, "title": error.name, "detail": error.description}
    if _is_for_a_browser():
        page = current_app.make_response(render_template("failure.html", **body, request_id=g.get("request_id")))
        return _with_headers(page, error)
    if isinstance(error, InvalidInput):
        body["fields"] = error.fields
    response = jsonify({**body, "request_id": g.get("request_id")})
    response.mimetype = "application/problem+json"
    return _with_headers(response, error)


def _with_headers(response: Response, error: HTTPException) -> Response:
    """Set the status, and the headers that belong to it."""
    response.status_code = error.code or 500
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers[name] = value
    return response


def _is_for_a_browser() -> bool:
    """Tell whether a browser sent the request: it accepts HTML explicitly. A client that accepts anything gets JSON."""
    if request.path.startswith(("/api/", "/webhooks/")):
        return False
    return "text/html" in request.headers.get("Accept", "")


def answer_unavailable(error: Exception) -> Response:
    """Answer 503 if the database is not available, so that clients and load balancers try again."""
    logger.error("database unavailable", exc_info=error, extra={"fields": {"request_id": g.get("request_id")}})
    return answer(ServiceUnavailable("The database is not available. Try again in a few seconds.", retry_after=5))


def answer_without_log(error: LogUnavailable) -> Response:
    """Answer 503 if the log of events is not available."""
    logger.error("log of events unavailable", exc_info=error, extra={"fields": {"request_id": g.get("request_id")}})
    return answer(ServiceUnavailable("The log of events is not available. Try again in a few seconds.", retry_after=5))
