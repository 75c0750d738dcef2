"""Every failure as JSON (`application/problem+json`), with a request id to look up and nothing of the inside.

{"status": 400, "title": "Bad Request", "detail": "…", "fields": {"stock": "must be …"}, "request_id": "…"}
"""

import logging
from typing import Any

from flask import Flask, Response, g, jsonify
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable

logger = logging.getLogger("release_board.failure")


class InvalidInput(BadRequest):
    """Input that breaks a rule; `fields` maps each bad field to what it must be."""

    description = "Some fields are not valid."

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__()
        self.fields = fields


def init_app(app: Flask) -> None:
    """Register the answers to whatever a view raises; Flask makes a 500 of what is no HTTP error."""
    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(OperationalError, answer_unavailable)
    app.register_error_handler(PoolTimeoutError, answer_unavailable)
    settings = app.extensions["release_board.settings"]
    if settings.database_secret:
        from botocore.exceptions import BotoCoreError, ClientError

        app.register_error_handler(BotoCoreError, answer_unavailable)
        app.register_error_handler(ClientError, answer_unavailable)


def answer(error: HTTPException) -> Response:
    """Answer an HTTP error, with the headers that belong to its status, such as `Allow` with 405."""
    body: dict[str, Any] = {"status": error.code, "title": error.name, "detail": error.description}
    if isinstance(error, InvalidInput):
        body["fields"] = error.fields
    response = jsonify({**body, "request_id": g.get("request_id")})
    response.status_code = error.code or 500
    for name, value in error.get_headers():
        if name != "Content-Type":
            response.headers[name] = value
    response.mimetype = "application/problem+json"
    return response


def answer_unavailable(error: Exception) -> Response:
    """Answer 503 for a database that is away, so that clients and load balancers try again."""
    logger.error("database unavailable", exc_info=error, extra={"fields": {"request_id": g.get("request_id")}})
    return answer(ServiceUnavailable("The database is not available. Try again in a few seconds.", retry_after=5))
