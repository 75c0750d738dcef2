"""Who a reader is and what they may do: signed in here, named by a load balancer, or no one.

`init_app` must come before the pages, since it decides whether a request gets to them.
"""

from flask import Flask

from release_board.access import audit_page, csrf, limits, reading, sessions, signing_in

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Register what decides on each request, in this order: session, reader, token, rate."""
    for part in (sessions, reading, csrf, limits, signing_in):
        part.init_app(app)
    app.register_blueprint(audit_page.blueprint)
