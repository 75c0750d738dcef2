"""The data of pages as JSON: one module for each topic, and the document that describes all of it."""

from flask import Flask, Response, request

from release_board.api import audit, badge, board, cell, compare, delivery, document, finding, releases, waiting

BLUEPRINTS = (
    *(board.blueprint, cell.blueprint, releases.blueprint, waiting.blueprint, compare.blueprint, finding.blueprint),
    *(delivery.blueprint, audit.blueprint, document.blueprint, badge.blueprint),
)


def init_app(app: Flask) -> None:
    """Register the routes."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.after_request(tag)


def tag(response: Response) -> Response:
    """Add an ETag of the content to a response without one; the answer is 304 if the client has it already."""
    data = request.path.startswith(("/api/", "/badges/")) and not response.is_streamed
    if data and response.status_code == 200 and response.get_etag() == (None, None):
        response.add_etag()
        response.make_conditional(request)
    return response
