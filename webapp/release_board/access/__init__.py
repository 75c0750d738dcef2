"""Identify readers (signed in here, by a load balancer, or anonymous), and decide what they may do.

`init_app` must come before the pages, because it decides whether a request reaches them.
"""

from flask import Flask

from release_board.access import audit_page, csrf, limits, reading, sessions, signing_in

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Register the checks of each request, in this order: session, reader, token, rate."""
    for part in (sessions, reading, csrf, limits, signing_in):
        part.init_app(app)
    app.register_blueprint(audit_page.blueprint)
